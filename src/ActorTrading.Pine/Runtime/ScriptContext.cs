namespace ActorTrading.Pine.Runtime;

internal abstract class ScriptContext;
