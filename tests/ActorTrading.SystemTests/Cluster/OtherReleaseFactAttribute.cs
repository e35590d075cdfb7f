namespace ActorTrading.SystemTests;

/// <summary>A test that needs a second build of the program, such as the last release: <c>ACTORTRADING_OTHER_RELEASE</c> names its folder. Without it the test is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OtherReleaseFactAttribute : FactAttribute
{
    public OtherReleaseFactAttribute() =>
        Skip = Folder is null ? "ACTORTRADING_OTHER_RELEASE names no folder with another build" : null;

    public static string? Folder =>
        Environment.GetEnvironmentVariable("ACTORTRADING_OTHER_RELEASE") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, "ActorTrading.Silo.dll")) ? Path.GetFullPath(folder) : null;
}
