using ActorTrading.Pine.Library;

namespace ActorTrading.Pine.Runtime;

/// <summary>A point of a drawing: by time (ms UTC) or by bar index, at a price.</summary>
internal sealed class ChartPoint
{
    public double Time = double.NaN, Index = double.NaN, Price = double.NaN;

    public ChartPoint Copy() => (ChartPoint)MemberwiseClone();
}

/// <summary>Something drawn on the chart. Deleted ones stay readable by the variables that still hold them.</summary>
internal abstract class Drawing
{
    public bool Deleted;

    public Drawing Clone() => (Drawing)MemberwiseClone();
}

internal sealed class LineDrawing : Drawing
{
    public double X1, Y1, X2, Y2, Color, Width;
    public string Xloc = "bar_index", Extend = "n", Style = "style_solid";
}

internal sealed class LabelDrawing : Drawing
{
    public double X, Y, Color, TextColor;
    public string Text = "", Xloc = "bar_index", Yloc = "price", Style = "style_label_down", TextAlign = "center", Tooltip = "", Font = "default", Formatting = "none";
    public object? Size;
}

internal sealed class BoxDrawing : Drawing
{
    public double Left, Top, Right, Bottom, BorderColor, BorderWidth, Background, TextColor;
    public string BorderStyle = "style_solid", Extend = "n", Xloc = "bar_index", Text = "", HAlign = "center", VAlign = "center", Wrap = "none", Font = "default", Formatting = "none";
    public object? TextSize;
}

internal sealed class TableDrawing : Drawing
{
    public string Position = "top_right";
    public int Columns, Rows;
    public double Background, FrameColor, FrameWidth, BorderColor, BorderWidth;
    public Dictionary<(int Column, int Row), TableCell> Cells = [];

    public TableCell Cell(int column, int row)
    {
        if ((uint)column >= (uint)Columns) throw new PineRuntimeException($"Column {column} is out of table bounds: the table has {Columns}.");
        if ((uint)row >= (uint)Rows) throw new PineRuntimeException($"Row {row} is out of table bounds: the table has {Rows}.");
        if (!Cells.TryGetValue((column, row), out var cell)) Cells[(column, row)] = cell = new TableCell();
        return cell;
    }
}

internal sealed class TableCell
{
    public string Text = "", HAlign = "center", VAlign = "center", Tooltip = "", Font = "default", Formatting = "none";
    public double Width, Height, TextColor = double.NaN, Background = double.NaN;
    public object? TextSize;
}

internal sealed class LinefillDrawing : Drawing
{
    public LineDrawing? Line1, Line2;
    public double Color;
}

internal sealed class PolylineDrawing : Drawing
{
    public ChartPoint[] Points = [];
    public bool Curved, Closed;
    public string Xloc = "bar_index", Style = "style_solid";
    public double LineColor, FillColor, Width;
}

/// <summary>The drawings of a run: of each kind the newest up to the declared maximum; older ones are deleted, as on TradingView.</summary>
internal sealed class DrawingStore
{
    public const int MaxOfKind = 500, MaxPolylines = 100, MaxTables = 64;

    public readonly DrawingList<LineDrawing> Lines;
    public readonly DrawingList<LabelDrawing> Labels;
    public readonly DrawingList<BoxDrawing> Boxes;
    public readonly DrawingList<TableDrawing> Tables = new(MaxTables);
    public readonly DrawingList<LinefillDrawing> Linefills = new(MaxOfKind);
    public readonly DrawingList<PolylineDrawing> Polylines;

    public DrawingStore(int lines, int labels, int boxes, int polylines)
    {
        Lines = new(Math.Clamp(lines, 1, MaxOfKind));
        Labels = new(Math.Clamp(labels, 1, MaxOfKind));
        Boxes = new(Math.Clamp(boxes, 1, MaxOfKind));
        Polylines = new(Math.Clamp(polylines, 1, MaxPolylines));
    }
}

/// <summary>A queue of fixed length: adding beyond it deletes the oldest.</summary>
internal sealed class DrawingList<T>(int limit) where T : Drawing
{
    private readonly LinkedList<T> _items = new();
    private readonly Dictionary<T, LinkedListNode<T>> _nodes = new(ReferenceEqualityComparer.Instance);

    public int Count => _items.Count;
    public IEnumerable<T> Items => _items;

    public T Add(T drawing)
    {
        if (_items.Count >= limit) Delete(_items.First!.Value);
        _nodes[drawing] = _items.AddLast(drawing);
        return drawing;
    }

    public void Delete(T? drawing)
    {
        if (drawing is null || !_nodes.Remove(drawing, out var node)) return;
        _items.Remove(node);
        drawing.Deleted = true;
    }

    public PineArray<object> All() => new(_items);
}
