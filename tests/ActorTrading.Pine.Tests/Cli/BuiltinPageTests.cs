using ActorTrading.Pine.Cli;

namespace ActorTrading.Pine.Tests.Cli;

public sealed class BuiltinPageTests
{
    [Fact]
    public void The_table_in_the_documentation_is_that_of_the_code()
    {
        var page = File.ReadAllText(Path.Combine(Repository(), "docs", "pine.md"));
        page.ShouldBe(BuiltinPage.Replace(page), "run ./pine builtins --write docs/pine.md");
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorTrading.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
