namespace ActorTrading.Pine.Library;

/// <summary>Linear algebra of <c>matrix.*</c> on numbers.</summary>
public static class MatrixMath
{
    private const double Tiny = 1e-12;

    [PineName("matrix.sum")] public static PineMatrix<double> Sum(PineMatrix<double> id1, PineMatrix<double> id2) => Each(id1, id2, "matrix.sum", static (a, b) => a + b);
    [PineName("matrix.sum")] public static PineMatrix<double> Sum(PineMatrix<double> id1, double id2) => Each(id1, a => a + id2);
    [PineName("matrix.diff")] public static PineMatrix<double> Diff(PineMatrix<double> id1, PineMatrix<double> id2) => Each(id1, id2, "matrix.diff", static (a, b) => a - b);
    [PineName("matrix.diff")] public static PineMatrix<double> Diff(PineMatrix<double> id1, double id2) => Each(id1, a => a - id2);
    [PineName("matrix.mult")] public static PineMatrix<double> Mult(PineMatrix<double> id1, double id2) => Each(id1, a => a * id2);

    [PineName("matrix.mult")]
    public static PineArray<double> Mult(PineMatrix<double> id1, PineArray<double> id2)
    {
        var product = Mult(id1, new PineMatrix<double>(id2.Size(), 1, id2.Span.ToArray()));
        return product.Col(0);
    }

    [PineName("matrix.mult")]
    public static PineMatrix<double> Mult(PineMatrix<double> id1, PineMatrix<double> id2)
    {
        if (id1.ColumnCount != id2.RowCount)
            throw new PineArgumentException($"matrix.mult: {id1.RowCount} × {id1.ColumnCount} cannot be multiplied by {id2.RowCount} × {id2.ColumnCount}.");
        var product = new PineMatrix<double>(id1.RowCount, id2.ColumnCount, 0);
        for (int r = 0; r < id1.RowCount; r++)
            for (int k = 0; k < id1.ColumnCount; k++)
            {
                double a = id1[r, k];
                for (int c = 0; c < id2.ColumnCount; c++) product[r, c] += a * id2[k, c];
            }
        return product;
    }

    [PineName("matrix.pow")]
    public static PineMatrix<double> Pow(PineMatrix<double> id, int power)
    {
        Square(id, "matrix.pow");
        if (power < 0) throw new PineArgumentException($"matrix.pow: the power must not be negative ({power}).");
        var result = Identity(id.RowCount);
        var factor = id;
        for (; power > 0; power >>= 1)
        {
            if ((power & 1) != 0) result = Mult(result, factor);
            if (power > 1) factor = Mult(factor, factor);
        }
        return result;
    }

    [PineName("matrix.kron")]
    public static PineMatrix<double> Kron(PineMatrix<double> id1, PineMatrix<double> id2)
    {
        var product = new PineMatrix<double>(id1.RowCount * id2.RowCount, id1.ColumnCount * id2.ColumnCount, 0);
        for (int r = 0; r < product.RowCount; r++)
            for (int c = 0; c < product.ColumnCount; c++)
                product[r, c] = id1[r / id2.RowCount, c / id2.ColumnCount] * id2[r % id2.RowCount, c % id2.ColumnCount];
        return product;
    }

    /// <summary>By elimination with row exchanges.</summary>
    [PineName("matrix.det")]
    public static double Det(PineMatrix<double> id)
    {
        Square(id, "matrix.det");
        var work = id.Copy();
        double determinant = 1;
        int n = work.RowCount;
        for (int i = 0; i < n; i++)
        {
            int pivot = Pivot(work, i, i);
            if (work[pivot, i] == 0) return 0;
            if (pivot != i)
            {
                work.SwapRows(pivot, i);
                determinant = -determinant;
            }
            determinant *= work[i, i];
            for (int r = i + 1; r < n; r++) Subtract(work, r, i, work[r, i] / work[i, i], i);
        }
        return determinant;
    }

    /// <summary>Gauss–Jordan; of a singular matrix a matrix of na.</summary>
    [PineName("matrix.inv")]
    public static PineMatrix<double> Inv(PineMatrix<double> id)
    {
        Square(id, "matrix.inv");
        int n = id.RowCount;
        var (work, inverse) = (id.Copy(), Identity(n));
        for (int i = 0; i < n; i++)
        {
            int pivot = Pivot(work, i, i);
            double value = work[pivot, i];
            if (Math.Abs(value) < 1e-300 || double.IsNaN(value)) return new PineMatrix<double>(n, n, double.NaN);
            work.SwapRows(pivot, i);
            inverse.SwapRows(pivot, i);
            for (int c = 0; c < n; c++)
            {
                work[i, c] /= value;
                inverse[i, c] /= value;
            }
            for (int r = 0; r < n; r++)
            {
                if (r == i) continue;
                double factor = work[r, i];
                Subtract(work, r, i, factor, 0);
                Subtract(inverse, r, i, factor, 0);
            }
        }
        return inverse;
    }

    /// <summary>Moore–Penrose inverse through the eigenvalues of AᵀA.</summary>
    [PineName("matrix.pinv")]
    public static PineMatrix<double> PInv(PineMatrix<double> id)
    {
        if (id.RowCount < id.ColumnCount) return PInv(id.Transpose()).Transpose();
        var transposed = id.Transpose();
        var (values, vectors) = SymmetricEigen(Mult(transposed, id));
        double largest = values.Length == 0 ? 0 : values.Max(Math.Abs);
        var scaled = vectors.Copy();
        for (int c = 0; c < values.Length; c++)
            for (int r = 0; r < scaled.RowCount; r++)
                scaled[r, c] = values[c] > largest * 1e-13 ? scaled[r, c] / values[c] : 0;
        return Mult(Mult(scaled, vectors.Transpose()), transposed);
    }

    [PineName("matrix.rank")]
    public static int Rank(PineMatrix<double> id)
    {
        var work = id.Copy();
        int rank = 0;
        double scale = work.Items.Length == 0 ? 0 : work.Items.Max(Math.Abs);
        for (int c = 0; c < work.ColumnCount && rank < work.RowCount; c++)
        {
            int pivot = Pivot(work, rank, c);
            if (Math.Abs(work[pivot, c]) <= scale * Tiny) continue;
            work.SwapRows(pivot, rank);
            for (int r = rank + 1; r < work.RowCount; r++) Subtract(work, r, rank, work[r, c] / work[rank, c], c);
            rank++;
        }
        return rank;
    }

    [PineName("matrix.trace")]
    public static double Trace(PineMatrix<double> id)
    {
        Square(id, "matrix.trace");
        double sum = 0;
        for (int i = 0; i < id.RowCount; i++) sum += id[i, i];
        return sum;
    }

    /// <summary>Real parts of the eigenvalues, by QR iteration; of symmetric matrices by Jacobi rotations.</summary>
    [PineName("matrix.eigenvalues")]
    public static PineArray<double> Eigenvalues(PineMatrix<double> id)
    {
        Square(id, "matrix.eigenvalues");
        return new PineArray<double>(IsSymmetric(id) ? SymmetricEigen(id).Values : QrEigenvalues(id));
    }

    /// <summary>Eigenvectors as columns. A matrix that is not symmetric gets those of its real eigenvalues, na elsewhere.</summary>
    [PineName("matrix.eigenvectors")]
    public static PineMatrix<double> Eigenvectors(PineMatrix<double> id)
    {
        Square(id, "matrix.eigenvectors");
        if (IsSymmetric(id)) return SymmetricEigen(id).Vectors;
        int n = id.RowCount;
        var values = QrEigenvalues(id);
        var result = new PineMatrix<double>(n, n, double.NaN);
        for (int c = 0; c < n; c++)
        {
            // Inverse iteration a hair away from the eigenvalue converges in a few steps.
            var shifted = Diff(id, Mult(Identity(n), values[c] + 1e-10 * Math.Max(1, Math.Abs(values[c]))));
            var inverse = Inv(shifted);
            var vector = new PineMatrix<double>(n, 1, 1);
            for (int step = 0; step < 8; step++)
            {
                vector = Mult(inverse, vector);
                double norm = Math.Sqrt(vector.Items.Sum(x => x * x));
                if (!(norm > 0)) break;
                vector = Mult(vector, 1 / norm);
            }
            for (int r = 0; r < n; r++) result[r, c] = vector[r, 0];
        }
        return result;
    }

    [PineName("matrix.avg")] public static double Avg(PineMatrix<double> id) => ArrayStatistics.Avg(Flat(id));
    [PineName("matrix.max")] public static double Max(PineMatrix<double> id) => ArrayStatistics.Max(Flat(id));
    [PineName("matrix.min")] public static double Min(PineMatrix<double> id) => ArrayStatistics.Min(Flat(id));
    [PineName("matrix.median")] public static double Median(PineMatrix<double> id) => ArrayStatistics.Median(Flat(id));
    [PineName("matrix.mode")] public static double Mode(PineMatrix<double> id) => ArrayStatistics.Mode(Flat(id));

    [PineName("matrix.is_zero")] public static bool IsZero(PineMatrix<double> id) => id.Items.All(static x => x == 0);
    [PineName("matrix.is_binary")] public static bool IsBinary(PineMatrix<double> id) => id.Items.All(static x => x is 0 or 1);
    [PineName("matrix.is_diagonal")] public static bool IsDiagonal(PineMatrix<double> id) => id.IsSquare() && All(id, (r, c, x) => r == c || x == 0);
    [PineName("matrix.is_antidiagonal")] public static bool IsAntidiagonal(PineMatrix<double> id) => id.IsSquare() && All(id, (r, c, x) => r + c == id.RowCount - 1 || x == 0);
    [PineName("matrix.is_identity")] public static bool IsIdentity(PineMatrix<double> id) => id.IsSquare() && All(id, (r, c, x) => x == (r == c ? 1 : 0));
    [PineName("matrix.is_symmetric")] public static bool IsSymmetric(PineMatrix<double> id) => id.IsSquare() && All(id, (r, c, x) => Math.Abs(x - id[c, r]) <= Tiny * Math.Max(1, Math.Abs(x)));
    [PineName("matrix.is_antisymmetric")] public static bool IsAntisymmetric(PineMatrix<double> id) => id.IsSquare() && All(id, (r, c, x) => x == -id[c, r]);
    [PineName("matrix.is_triangular")] public static bool IsTriangular(PineMatrix<double> id) => id.IsSquare() && (All(id, (r, c, x) => c >= r || x == 0) || All(id, (r, c, x) => c <= r || x == 0));

    [PineName("matrix.is_stochastic")]
    public static bool IsStochastic(PineMatrix<double> id)
    {
        for (int r = 0; r < id.RowCount; r++)
        {
            double sum = 0;
            for (int c = 0; c < id.ColumnCount; c++)
            {
                if (!(id[r, c] >= 0)) return false;
                sum += id[r, c];
            }
            if (Math.Abs(sum - 1) > Tolerance.Epsilon) return false;
        }
        return id.RowCount > 0;
    }

    private static (double[] Values, PineMatrix<double> Vectors) SymmetricEigen(PineMatrix<double> id)
    {
        int n = id.RowCount;
        var (work, vectors) = (id.Copy(), Identity(n));
        for (int sweep = 0; sweep < 100; sweep++)
        {
            double off = 0;
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++) off += work[p, q] * work[p, q];
            if (!(off > 1e-300)) break;
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++) Rotate(work, vectors, p, q);
        }
        var order = Enumerable.Range(0, n).OrderByDescending(i => work[i, i]).ToArray();
        var sorted = new PineMatrix<double>(n, n, 0);
        for (int c = 0; c < n; c++)
            for (int r = 0; r < n; r++) sorted[r, c] = vectors[r, order[c]];
        return ([.. order.Select(i => work[i, i])], sorted);
    }

    private static void Rotate(PineMatrix<double> a, PineMatrix<double> v, int p, int q)
    {
        if (a[p, q] == 0) return;
        double theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        double t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1)), c = 1 / Math.Sqrt(t * t + 1), s = t * c;
        int n = a.RowCount;
        for (int k = 0; k < n; k++) (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
        for (int k = 0; k < n; k++) (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
        for (int k = 0; k < n; k++) (v[k, p], v[k, q]) = (c * v[k, p] - s * v[k, q], s * v[k, p] + c * v[k, q]);
    }

    private static double[] QrEigenvalues(PineMatrix<double> id)
    {
        int n = id.RowCount;
        var work = id.Copy();
        for (int step = 0; step < 500; step++)
        {
            // Gram–Schmidt QR with a shift by the last diagonal element.
            double shift = work[n - 1, n - 1];
            var (q, r) = Decompose(Diff(work, Mult(Identity(n), shift)));
            work = Sum(Mult(r, q), Mult(Identity(n), shift));
            double below = 0;
            for (int row = 1; row < n; row++) below += Math.Abs(work[row, row - 1]);
            if (below < 1e-14) break;
        }
        return [.. Enumerable.Range(0, n).Select(i => work[i, i])];
    }

    private static (PineMatrix<double> Q, PineMatrix<double> R) Decompose(PineMatrix<double> a)
    {
        int n = a.RowCount;
        var (q, r) = (a.Copy(), new PineMatrix<double>(n, n, 0));
        for (int c = 0; c < n; c++)
        {
            for (int k = 0; k < c; k++)
            {
                double dot = 0;
                for (int i = 0; i < n; i++) dot += q[i, k] * q[i, c];
                r[k, c] = dot;
                for (int i = 0; i < n; i++) q[i, c] -= dot * q[i, k];
            }
            double norm = 0;
            for (int i = 0; i < n; i++) norm += q[i, c] * q[i, c];
            r[c, c] = norm = Math.Sqrt(norm);
            for (int i = 0; i < n && norm > 0; i++) q[i, c] /= norm;
        }
        return (q, r);
    }

    private static PineArray<double> Flat(PineMatrix<double> id) => new(id.Items);

    private static PineMatrix<double> Identity(int n)
    {
        var identity = new PineMatrix<double>(n, n, 0);
        for (int i = 0; i < n; i++) identity[i, i] = 1;
        return identity;
    }

    private static PineMatrix<double> Each(PineMatrix<double> id, Func<double, double> map) => new(id.RowCount, id.ColumnCount, [.. id.Items.Select(map)]);

    private static PineMatrix<double> Each(PineMatrix<double> a, PineMatrix<double> b, string name, Func<double, double, double> map)
    {
        if (a.RowCount != b.RowCount || a.ColumnCount != b.ColumnCount)
            throw new PineArgumentException($"{name}: {a.RowCount} × {a.ColumnCount} and {b.RowCount} × {b.ColumnCount} differ in shape.");
        return new PineMatrix<double>(a.RowCount, a.ColumnCount, [.. a.Items.Zip(b.Items, map)]);
    }

    private static bool All(PineMatrix<double> id, Func<int, int, double, bool> test)
    {
        for (int r = 0; r < id.RowCount; r++)
            for (int c = 0; c < id.ColumnCount; c++)
                if (!test(r, c, id[r, c])) return false;
        return true;
    }

    private static int Pivot(PineMatrix<double> m, int fromRow, int column)
    {
        int best = fromRow;
        for (int r = fromRow + 1; r < m.RowCount; r++)
            if (Math.Abs(m[r, column]) > Math.Abs(m[best, column])) best = r;
        return best;
    }

    private static void Subtract(PineMatrix<double> m, int row, int from, double factor, int fromColumn)
    {
        for (int c = fromColumn; c < m.ColumnCount; c++) m[row, c] -= factor * m[from, c];
    }

    private static void Square(PineMatrix<double> id, string name)
    {
        if (!id.IsSquare()) throw new PineArgumentException($"{name} needs a square matrix, not {id.RowCount} × {id.ColumnCount}.");
    }
}
