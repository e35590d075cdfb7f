using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Orleans.Embedded.Engine;
using Orleans.Runtime;

namespace Orleans.Embedded.Tests;

/// <summary>What start-up refuses, and how it says so. Contracts are compiled here, so that no bad one lies about.</summary>
public class ContractTests
{
    [Theory]
    [InlineData("Task Do(Good g);", null)]
    [InlineData("Task<ImmutableArray<Good>> All(IReadOnlyList<string> names, Guid? id, CancellationToken token);", null)]
    [InlineData("ValueTask<(int, string)> Pair(Dictionary<string, decimal> map, IG other, DayOfWeek day);", null)]
    [InlineData("IAsyncEnumerable<Good> Stream();", null)]
    [InlineData("[OneWay] Task Tell(Good g);", null)]
    [InlineData("Task Fail(Exception e);", null)]
    [InlineData("Task Foreign(Foreign f);", null)]
    [InlineData("Task Struct(ReadonlyStruct s);", null)]
    [InlineData("Task Shape(Shape s);", null)]
    [InlineData("int Get();", "Probe.IG.Get: returns Int32. Return Task, Task<T>, ValueTask, ValueTask<T> or IAsyncEnumerable<T>.")]
    [InlineData("void Tell();", "Probe.IG.Tell: returns void. Return Task, Task<T>, ValueTask, ValueTask<T> or IAsyncEnumerable<T>.")]
    [InlineData("Task Generic<T>(T item);", "Probe.IG.Generic: is generic, so its messages cannot be checked. Make a method for each type argument.")]
    [InlineData("Task Ref(in int x);", "Probe.IG.Ref: parameter x is passed by reference, which a message cannot be. Drop ref, out or in, and return what is to come back.")]
    [InlineData("string Name { get; }", "Probe.IG.Name is a property. Make it a method that returns a task.")]
    [InlineData("Task Body() => Task.CompletedTask;", "Probe.IG.Body: has a body, which would run at the caller. Move the body to the grain class, or to an extension method.")]
    [InlineData("[OneWay] Task<int> Lost();", "Probe.IG.Lost: is [OneWay] and returns Task<Int32>, but the caller of a one-way method gets no result. Return Task, or drop [OneWay].")]
    [InlineData("Task Two(CancellationToken a, CancellationToken b);", "Probe.IG.Two: has more than one CancellationToken. One is enough.")]
    [InlineData("Task Send(Unmarked u);", "Probe.IG.Send: parameter u: Unmarked has no [GenerateSerializer]. Add it with [Immutable] and number its members with [Id], or register an IConverter for it.")]
    [InlineData("Task<Changing> Get();", "Probe.IG.Get: its result: Changing.Count can be set. Make it init-only, because here the receiver gets the very same object.")]
    [InlineData("Task Send(NotImmutable m);", "Probe.IG.Send: parameter m: NotImmutable is not marked [Immutable]. Make it an immutable record and mark it.")]
    [InlineData("Task Send(Unnumbered m);", "Probe.IG.Send: parameter m: Unnumbered.Extra has no [Id], so it would be lost on the way. Number it, for example [Id(1)].")]
    [InlineData("Task Send(Twice m);", "Probe.IG.Send: parameter m: Twice.B has [Id(0)], as has A. Give each its own number.")]
    [InlineData("Task Send(LooseStruct s);", "Probe.IG.Send: parameter s: LooseStruct.A can be set. Make it init-only, or the type a readonly record struct, because here the receiver gets the very same object.")]
    [InlineData("Task Send(List<Unmarked> u);", "Probe.IG.Send: parameter u: Unmarked has no [GenerateSerializer]. Add it with [Immutable] and number its members with [Id], or register an IConverter for it.")]
    [InlineData("Task Send(Outer o);", "Probe.IG.Send: parameter o: Unmarked has no [GenerateSerializer]. Add it with [Immutable] and number its members with [Id], or register an IConverter for it.")]
    [InlineData("Task Send(Child c);", "Probe.IG.Send: parameter c: Child: its base Parent has no [GenerateSerializer], so its members would be lost. Add it.")]
    [InlineData("Task Send(object o);", "Probe.IG.Send: parameter o: object says nothing about what travels. Name the type.")]
    [InlineData("Task Send(IEnumerable<int> o);", "Probe.IG.Send: parameter o: IEnumerable<Int32> may be computed anew on each use. Use ImmutableArray or IReadOnlyList.")]
    [InlineData("Task Send(Func<int> f);", "Probe.IG.Send: parameter f: Func<Int32> cannot travel in a message.")]
    [InlineData("Task Send(GGrain g);", "Probe.IG.Send: parameter g: GGrain is a class of grains, which cannot travel. Use its interface, which is a reference.")]
    [InlineData("Task Send(ConvertedBase b);", "Probe.IG.Send: parameter b: ConvertedBase has a converter, but ConvertedChild, which derives from it, has none. Register one, or seal ConvertedBase.")]
    public void A_contract_that_would_differ_on_Orleans_is_refused_by_name(string member, string? problem)
    {
        var contract = $"Probe.IG{Members.IndexOf(member)}";
        var problems = Problems.Value.Where(p => p.StartsWith(contract + ".", StringComparison.Ordinal));
        problems.ShouldBe(problem is null ? [] : [problem.Replace("Probe.IG", contract)]);
    }

    [Fact]
    public async Task The_host_does_not_start_with_a_contract_that_is_refused()
    {
        var refusal = await Should.ThrowAsync<OrleansConfigurationException>(
            () => TestHost.StartAsync(options => options.AddGrainAssemblies(Compile(["Task Send(object o);"]))));
        refusal.Message.ShouldContain("Probe.IG0.Send");
    }

    /// <summary>All cases, compiled together, because compiling is what takes the time.</summary>
    private static readonly List<string> Members = [.. typeof(ContractTests)
        .GetMethod(nameof(A_contract_that_would_differ_on_Orleans_is_refused_by_name))!
        .GetCustomAttributes<InlineDataAttribute>().Select(data => (string)data.GetData(null!).Single()[0])];

    private static readonly Lazy<List<string>> Problems = new(() => ContractValidator.ProblemsOf(new GrainRegistry([Compile(Members)])));

    private static Assembly Compile(IReadOnlyList<string> members)
    {
        var contracts = string.Join(' ', members.Select((member, i) => $"public interface IG{i} : IGrainWithStringKey {{ {member} }}"));
        var tree = CSharpSyntaxTree.ParseText($$"""
            using System; using System.Collections.Generic; using System.Collections.Immutable; using System.Threading; using System.Threading.Tasks;
            using Orleans; using Orleans.Concurrency;
            namespace Probe;
            {{contracts}}
            public interface IG : IGrainWithStringKey { Task Touch(); }
            public abstract class GGrain : Grain, IG { public abstract Task Touch(); }
            [GenerateSerializer, Immutable] public sealed record Good([property: Id(0)] string Name, [property: Id(1)] Good? Next);
            public sealed record Unmarked(int X);
            [GenerateSerializer, Immutable] public sealed class Changing { [Id(0)] public int Count { get; set; } }
            [GenerateSerializer] public sealed record NotImmutable([property: Id(0)] int X);
            [GenerateSerializer, Immutable] public sealed record Unnumbered([property: Id(0)] int X) { public int Extra { get; init; } }
            [GenerateSerializer, Immutable] public sealed record Twice { [Id(0)] public int A { get; init; } [Id(0)] public int B { get; init; } }
            [GenerateSerializer, Immutable] public record struct LooseStruct([property: Id(0)] int A);
            [GenerateSerializer, Immutable] public readonly record struct ReadonlyStruct(int A);
            [GenerateSerializer, Immutable] public sealed record Outer([property: Id(0)] Unmarked Inner);
            public record Parent(int X);
            [GenerateSerializer, Immutable] public sealed record Child(int X, [property: Id(0)] int Y) : Parent(X);
            [GenerateSerializer, Immutable] public abstract record Shape;
            [GenerateSerializer, Immutable] public sealed record Circle([property: Id(0)] double Radius) : Shape;
            public sealed record Foreign(int X);
            [GenerateSerializer] public struct ForeignSurrogate { [Id(0)] public int X; }
            [RegisterConverter] public sealed class ForeignConverter : IConverter<Foreign, ForeignSurrogate> {
                public Foreign ConvertFromSurrogate(in ForeignSurrogate s) => new(s.X);
                public ForeignSurrogate ConvertToSurrogate(in Foreign v) => new() { X = v.X }; }
            public abstract record ConvertedBase; public sealed record ConvertedChild : ConvertedBase;
            [RegisterConverter] public sealed class BaseConverter : IConverter<ConvertedBase, ForeignSurrogate> {
                public ConvertedBase ConvertFromSurrogate(in ForeignSurrogate s) => new ConvertedChild();
                public ForeignSurrogate ConvertToSurrogate(in ConvertedBase v) => default; }
            """);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create($"Probe{members.Count}", [tree], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        result.Success.ShouldBeTrue(string.Join(Environment.NewLine, result.Diagnostics));
        return Assembly.Load(image.ToArray());
    }
}
