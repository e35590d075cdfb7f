using System.CommandLine;
using ActorTrading.Pine.Cli;

return await CommandTree.Build().Parse(args).InvokeAsync();
