using ActorTrading.Pine.Library;
using FsCheck;
using FsCheck.Fluent;

namespace ActorTrading.Pine.Tests.Library;

public sealed class CollectionTests
{
    [Fact]
    public void A_slice_writes_through_to_its_parent()
    {
        var array = new PineArray<double>([1, 2, 3, 4, 5]);
        var slice = array.Slice(1, 4);
        slice.Set(0, 20);
        slice.Push(45);
        array.Span.ToArray().ShouldBe([1, 20, 3, 4, 45, 5]);
        slice.Size().ShouldBe(4);
    }

    [Fact]
    public void An_index_out_of_range_is_named()
    {
        var array = new PineArray<double>([1, 2, 3]);
        Should.Throw<PineArgumentException>(() => array.Get(3)).Message.ShouldBe("Index 3 is out of bounds, array size is 3.");
        array.Get(-1).ShouldBe(3);
    }

    [Fact]
    public void An_array_is_bounded()
    {
        var array = new PineArray<double>(PineArray<double>.MaxSize, 0);
        Should.Throw<PineArgumentException>(() => array.Push(1));
        Should.Throw<PineArgumentException>(() => new PineArray<double>(PineArray<double>.MaxSize + 1, 0));
    }

    [Fact]
    public void Statistics_leave_na_out()
    {
        var array = new PineArray<double>([3, double.NaN, 1, 2]);
        ArrayStatistics.Avg(array).ShouldBe(2);
        ArrayStatistics.Median(array).ShouldBe(2);
        ArrayStatistics.Max(array, 1).ShouldBe(2);
        ArrayStatistics.Variance(array).ShouldBe(2.0 / 3, 1e-12);
        ArrayStatistics.Avg(new PineArray<double>()).ShouldBe(double.NaN);
    }

    [Fact]
    public void A_map_keeps_its_order_and_answers_na()
    {
        var map = new PineMap<string, double>();
        map.Put("b", 1).ShouldBe(double.NaN);
        map.Put("a", 2);
        map.Put("b", 3).ShouldBe(1);
        map.Keys().Span.ToArray().ShouldBe(["b", "a"]);
        map.Get("x").ShouldBe(double.NaN);
        map.Remove("b").ShouldBe(3);
    }

    [Fact]
    public void An_inverse_undoes_its_matrix() => Prop.ForAll(Matrices(), matrix =>
    {
        if (Math.Abs(MatrixMath.Det(matrix)) < 1e-3) return true;
        var product = MatrixMath.Mult(matrix, MatrixMath.Inv(matrix));
        return Enumerable.Range(0, matrix.RowCount).All(r => Enumerable.Range(0, matrix.RowCount).All(c => Math.Abs(product[r, c] - (r == c ? 1 : 0)) < 1e-6));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_pseudoinverse_satisfies_its_definition() => Prop.ForAll(Matrices(), matrix =>
    {
        var pinv = MatrixMath.PInv(matrix);
        var again = MatrixMath.Mult(MatrixMath.Mult(matrix, pinv), matrix);
        return Math.Abs(MatrixMath.Det(matrix)) < 1e-2 || again.Row(0).Span.ToArray().Zip(matrix.Row(0).Span.ToArray(), (a, b) => Math.Abs(a - b)).All(d => d < 1e-4);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Eigenvalues_of_a_known_matrix()
    {
        var matrix = new PineMatrix<double>(2, 2, 0);
        (matrix[0, 0], matrix[0, 1], matrix[1, 0], matrix[1, 1]) = (4, 1, 2, 3);
        MatrixMath.Eigenvalues(matrix).Span.ToArray().Order().Zip([2.0, 5.0], (a, b) => Math.Abs(a - b)).ShouldAllBe(d => d < 1e-9);
        MatrixMath.Rank(matrix).ShouldBe(2);
    }

    private static Arbitrary<PineMatrix<double>> Matrices() =>
        (from n in Gen.Choose(1, 4)
         from items in Gen.ArrayOf(Gen.Choose(-20, 20), n * n)
         select Build(n, items)).ToArbitrary();

    private static PineMatrix<double> Build(int n, int[] items)
    {
        var matrix = new PineMatrix<double>(n, n, 0);
        for (int i = 0; i < items.Length; i++) matrix.Set(i / n, i % n, items[i]);
        return matrix;
    }
}
