using System.Reflection;

namespace ActorTrading.Domain.Tests.Copying;

public class CopyDocsTests
{
    /// <summary>A code that nobody can look up is no answer to "why was this not copied?".</summary>
    [Fact]
    public void Every_reason_is_in_the_page_about_copying()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ActorTrading.sln")))
            folder = folder.Parent;
        var page = File.ReadAllText(Path.Combine(folder.ShouldNotBeNull().FullName, "docs", "copying.md"));
        var reasons = typeof(CopyReasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToList();
        reasons.Count.ShouldBeGreaterThan(30);
        reasons.ShouldAllBe(reason => page.Contains($"`{reason}`"));
        reasons.Distinct().Count().ShouldBe(reasons.Count);
    }
}
