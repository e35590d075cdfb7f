using System.Text;

namespace ActorTrading.Pine.Library;

/// <summary>A Pine matrix by rows, at most 100,000 elements. Indices out of range are errors that name them.</summary>
public sealed class PineMatrix<T>
{
    private T[] _items;

    public PineMatrix(int rows, int columns, T value)
    {
        Check(rows, columns);
        (RowCount, ColumnCount, _items) = (rows, columns, new T[rows * columns]);
        Array.Fill(_items, value);
    }

    internal PineMatrix(int rows, int columns, T[] items) => (RowCount, ColumnCount, _items) = (rows, columns, items);

    public int RowCount { get; private set; }
    public int ColumnCount { get; private set; }
    internal T[] Items => _items;

    public T this[int row, int column]
    {
        get => _items[row * ColumnCount + column];
        set => _items[row * ColumnCount + column] = value;
    }

    [PineName("matrix.rows")] public int Rows() => RowCount;
    [PineName("matrix.columns")] public int Columns() => ColumnCount;
    [PineName("matrix.elements_count")] public int ElementsCount() => _items.Length;
    [PineName("matrix.is_square")] public bool IsSquare() => RowCount == ColumnCount;

    [PineName("matrix.get")]
    public T Get(int row, int column)
    {
        if (row == NaIndex || column == NaIndex) return Na;
        CheckRow(row);
        CheckColumn(column);
        return this[row, column];
    }

    [PineName("matrix.set")]
    public void Set(int row, int column, T value)
    {
        if (row == NaIndex || column == NaIndex) return;
        CheckRow(row);
        CheckColumn(column);
        this[row, column] = value;
    }

    [PineName("matrix.row")]
    public PineArray<T> Row(int row)
    {
        if (row == NaIndex) return null!;
        CheckRow(row);
        return new PineArray<T>(_items.AsSpan(row * ColumnCount, ColumnCount).ToArray());
    }

    [PineName("matrix.col")]
    public PineArray<T> Col(int column)
    {
        if (column == NaIndex) return null!;
        CheckColumn(column);
        return new PineArray<T>(Enumerable.Range(0, RowCount).Select(row => this[row, column]));
    }

    [PineName("matrix.copy")] public PineMatrix<T> Copy() => new(RowCount, ColumnCount, [.. _items]);

    [PineName("matrix.fill")]
    public void Fill(T value, int from_row = 0, int? to_row = null, int from_column = 0, int? to_column = null)
    {
        var (rows, columns) = Bounds(from_row, to_row, from_column, to_column);
        for (int r = from_row; r < rows; r++)
            for (int c = from_column; c < columns; c++) this[r, c] = value;
    }

    [PineName("matrix.submatrix")]
    public PineMatrix<T> Submatrix(int from_row = 0, int? to_row = null, int from_column = 0, int? to_column = null)
    {
        var (rows, columns) = Bounds(from_row, to_row, from_column, to_column);
        var part = new PineMatrix<T>(rows - from_row, columns - from_column, new T[(rows - from_row) * (columns - from_column)]);
        for (int r = from_row; r < rows; r++)
            for (int c = from_column; c < columns; c++) part[r - from_row, c - from_column] = this[r, c];
        return part;
    }

    [PineName("matrix.add_row")]
    public void AddRow(int? row = null, PineArray<T>? array_id = null)
    {
        int at = row ?? RowCount;
        if (at < 0 || at > RowCount) throw RowError(at);
        int width = array_id?.Size() ?? ColumnCount;
        if (RowCount > 0 && width != ColumnCount) throw new PineArgumentException($"matrix.add_row: the array has {width} elements, the matrix {ColumnCount} columns.");
        Check(RowCount + 1, width);
        var items = new T[(RowCount + 1) * width];
        Array.Copy(_items, 0, items, 0, at * width);
        for (int c = 0; c < width; c++) items[at * width + c] = array_id is null ? Na : array_id.Get(c);
        Array.Copy(_items, at * width, items, (at + 1) * width, _items.Length - at * width);
        (_items, RowCount, ColumnCount) = (items, RowCount + 1, width);
    }

    [PineName("matrix.add_col")]
    public void AddCol(int? column = null, PineArray<T>? array_id = null)
    {
        int at = column ?? ColumnCount;
        if (at < 0 || at > ColumnCount) throw ColumnError(at);
        int height = array_id?.Size() ?? RowCount;
        if (ColumnCount > 0 && height != RowCount) throw new PineArgumentException($"matrix.add_col: the array has {height} elements, the matrix {RowCount} rows.");
        Check(height, ColumnCount + 1);
        var wide = new PineMatrix<T>(height, ColumnCount + 1, new T[height * (ColumnCount + 1)]);
        for (int r = 0; r < height; r++)
            for (int c = 0; c <= ColumnCount; c++)
                wide[r, c] = c == at ? array_id is null ? Na : array_id.Get(r) : this[r, c < at ? c : c - 1];
        Take(wide);
    }

    [PineName("matrix.remove_row")]
    public PineArray<T> RemoveRow(int? row = null)
    {
        int at = row ?? RowCount - 1;
        CheckRow(at);
        var removed = Row(at);
        _items = [.. _items.AsSpan(0, at * ColumnCount), .. _items.AsSpan((at + 1) * ColumnCount)];
        RowCount--;
        return removed;
    }

    [PineName("matrix.remove_col")]
    public PineArray<T> RemoveCol(int? column = null)
    {
        int at = column ?? ColumnCount - 1;
        CheckColumn(at);
        var removed = Col(at);
        var narrow = new PineMatrix<T>(RowCount, ColumnCount - 1, new T[RowCount * (ColumnCount - 1)]);
        for (int r = 0; r < RowCount; r++)
            for (int c = 0; c < ColumnCount - 1; c++) narrow[r, c] = this[r, c < at ? c : c + 1];
        Take(narrow);
        return removed;
    }

    [PineName("matrix.swap_rows")]
    public void SwapRows(int row1, int row2)
    {
        CheckRow(row1);
        CheckRow(row2);
        for (int c = 0; c < ColumnCount; c++) (this[row1, c], this[row2, c]) = (this[row2, c], this[row1, c]);
    }

    [PineName("matrix.swap_columns")]
    public void SwapColumns(int column1, int column2)
    {
        CheckColumn(column1);
        CheckColumn(column2);
        for (int r = 0; r < RowCount; r++) (this[r, column1], this[r, column2]) = (this[r, column2], this[r, column1]);
    }

    [PineName("matrix.transpose")]
    public PineMatrix<T> Transpose()
    {
        var turned = new PineMatrix<T>(ColumnCount, RowCount, new T[_items.Length]);
        for (int r = 0; r < RowCount; r++)
            for (int c = 0; c < ColumnCount; c++) turned[c, r] = this[r, c];
        return turned;
    }

    /// <summary>Appends the rows of another matrix and returns this one.</summary>
    [PineName("matrix.concat")]
    public PineMatrix<T> Concat(PineMatrix<T> id2)
    {
        if (RowCount > 0 && id2.ColumnCount != ColumnCount) throw new PineArgumentException($"matrix.concat: {ColumnCount} columns cannot take {id2.ColumnCount}.");
        Check(RowCount + id2.RowCount, id2.ColumnCount);
        (_items, RowCount, ColumnCount) = ([.. _items, .. id2._items], RowCount + id2.RowCount, id2.ColumnCount);
        return this;
    }

    [PineName("matrix.reshape")]
    public void Reshape(int rows, int columns)
    {
        if (rows * columns != _items.Length) throw new PineArgumentException($"matrix.reshape: {rows} × {columns} does not hold {_items.Length} elements.");
        (RowCount, ColumnCount) = (rows, columns);
    }

    [PineName("matrix.reverse")] public void Reverse() => Array.Reverse(_items);

    /// <summary>Sorts whole rows by one column.</summary>
    [PineName("matrix.sort")]
    public void Sort(int column = 0, string order = "ascending")
    {
        CheckColumn(column);
        var indices = Col(column).SortIndices(order);
        var items = new T[_items.Length];
        for (int r = 0; r < RowCount; r++) Array.Copy(_items, (int)indices.Get(r) * ColumnCount, items, r * ColumnCount, ColumnCount);
        _items = items;
    }

    public string ToText()
    {
        var text = new StringBuilder();
        for (int r = 0; r < RowCount; r++)
        {
            if (r > 0) text.Append('\n');
            text.Append(PineString.ToText((object)Row(r)));
        }
        return text.ToString();
    }

    private void Take(PineMatrix<T> other) => (_items, RowCount, ColumnCount) = (other._items, other.RowCount, other.ColumnCount);

    private (int Rows, int Columns) Bounds(int fromRow, int? toRow, int fromColumn, int? toColumn)
    {
        int rows = toRow ?? RowCount, columns = toColumn ?? ColumnCount;
        if (fromRow < 0 || fromRow > rows || rows > RowCount) throw RowError(fromRow > rows ? fromRow : rows);
        if (fromColumn < 0 || fromColumn > columns || columns > ColumnCount) throw ColumnError(fromColumn > columns ? fromColumn : columns);
        return (rows, columns);
    }

    private void CheckRow(int row)
    {
        if ((uint)row >= (uint)RowCount) throw RowError(row);
    }

    private void CheckColumn(int column)
    {
        if ((uint)column >= (uint)ColumnCount) throw ColumnError(column);
    }

    private PineArgumentException RowError(int row) => new($"Row index {row} is out of bounds, the matrix has {RowCount} rows.");
    private PineArgumentException ColumnError(int column) => new($"Column index {column} is out of bounds, the matrix has {ColumnCount} columns.");

    private static void Check(int rows, int columns)
    {
        if (rows < 0 || columns < 0 || (long)rows * columns > PineArray<T>.MaxSize)
            throw new PineArgumentException($"A matrix cannot be {rows} × {columns}: at most {PineArray<T>.MaxSize} elements are allowed.");
    }

    /// <summary>What na is as an index.</summary>
    private const int NaIndex = int.MinValue;

    private static T Na => typeof(T) == typeof(double) ? (T)(object)double.NaN : default!;
}
