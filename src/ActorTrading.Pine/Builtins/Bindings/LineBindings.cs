using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>line.*, linefill.*, polyline.*, chart.point.*. Setters on na or deleted drawings do nothing, getters give na.</summary>
internal static class LineBindings
{
    private static DrawingList<LineDrawing> Store(ScriptContext context) => context.Runtime.Drawings.Lines;

    [PineName("line.new")]
    public static LineDrawing New(ScriptContext context, double x1, double y1, double x2, double y2, string xloc, string extend, double color, string style, double width, bool force_overlay)
    {
        var line = new LineDrawing { X1 = x1, Y1 = y1, X2 = x2, Y2 = y2, Xloc = xloc, Extend = extend, Color = color, Style = style, Width = width };
        return context.IsMain ? Store(context).Add(line) : line;
    }

    [PineName("line.new")]
    public static LineDrawing New(ScriptContext context, ChartPoint first_point, ChartPoint second_point, string xloc, string extend, double color, string style, double width, bool force_overlay) =>
        New(context, X(first_point, xloc), Y(first_point), X(second_point, xloc), Y(second_point), xloc, extend, color, style, width, force_overlay);

    internal static double X(ChartPoint? point, string xloc) => point is null ? double.NaN : xloc == "bar_time" ? point.Time : point.Index;

    internal static double Y(ChartPoint? point) => point?.Price ?? double.NaN;

    [PineName("line.copy")] public static LineDrawing? Copy(ScriptContext context, LineDrawing? id) => id is null ? null : Store(context).Add((LineDrawing)id.Clone());
    [PineName("line.delete")] public static void Delete(ScriptContext context, LineDrawing? id) => Store(context).Delete(id);
    [PineName("line.all")] public static PineArray<object> All(ScriptContext context) => Store(context).All();
    [PineName("line.get_x1")] public static double GetX1(LineDrawing? id) => id?.X1 ?? double.NaN;
    [PineName("line.get_x2")] public static double GetX2(LineDrawing? id) => id?.X2 ?? double.NaN;
    [PineName("line.get_y1")] public static double GetY1(LineDrawing? id) => id?.Y1 ?? double.NaN;
    [PineName("line.get_y2")] public static double GetY2(LineDrawing? id) => id?.Y2 ?? double.NaN;

    /// <summary>Price of the endless line at a bar index.</summary>
    [PineName("line.get_price")]
    public static double GetPrice(LineDrawing? id, double x) => id is null ? double.NaN : id.X1 == id.X2 ? id.Y1 : id.Y1 + (x - id.X1) * (id.Y2 - id.Y1) / (id.X2 - id.X1);

    [PineName("line.set_color")] public static void SetColor(LineDrawing? id, double color) { if (id is not null) id.Color = color; }
    [PineName("line.set_extend")] public static void SetExtend(LineDrawing? id, string extend) { if (id is not null) id.Extend = extend; }
    [PineName("line.set_style")] public static void SetStyle(LineDrawing? id, string style) { if (id is not null) id.Style = style; }
    [PineName("line.set_width")] public static void SetWidth(LineDrawing? id, double width) { if (id is not null) id.Width = width; }
    [PineName("line.set_x1")] public static void SetX1(LineDrawing? id, double x) { if (id is not null) id.X1 = x; }
    [PineName("line.set_x2")] public static void SetX2(LineDrawing? id, double x) { if (id is not null) id.X2 = x; }
    [PineName("line.set_y1")] public static void SetY1(LineDrawing? id, double y) { if (id is not null) id.Y1 = y; }
    [PineName("line.set_y2")] public static void SetY2(LineDrawing? id, double y) { if (id is not null) id.Y2 = y; }
    [PineName("line.set_xy1")] public static void SetXY1(LineDrawing? id, double x, double y) { if (id is not null) (id.X1, id.Y1) = (x, y); }
    [PineName("line.set_xy2")] public static void SetXY2(LineDrawing? id, double x, double y) { if (id is not null) (id.X2, id.Y2) = (x, y); }
    [PineName("line.set_first_point")] public static void SetFirst(LineDrawing? id, ChartPoint? point) { if (id is not null) (id.X1, id.Y1) = (X(point, id.Xloc), Y(point)); }
    [PineName("line.set_second_point")] public static void SetSecond(LineDrawing? id, ChartPoint? point) { if (id is not null) (id.X2, id.Y2) = (X(point, id.Xloc), Y(point)); }
    [PineName("line.set_xloc")] public static void SetXloc(LineDrawing? id, double x1, double x2, string xloc) { if (id is not null) (id.X1, id.X2, id.Xloc) = (x1, x2, xloc); }

    [PineName("linefill.new")]
    public static LinefillDrawing NewFill(ScriptContext context, LineDrawing? line1, LineDrawing? line2, double color) =>
        context.Runtime.Drawings.Linefills.Add(new LinefillDrawing { Line1 = line1, Line2 = line2, Color = color });

    [PineName("linefill.delete")] public static void DeleteFill(ScriptContext context, LinefillDrawing? id) => context.Runtime.Drawings.Linefills.Delete(id);
    [PineName("linefill.all")] public static PineArray<object> AllFills(ScriptContext context) => context.Runtime.Drawings.Linefills.All();
    [PineName("linefill.get_line1")] public static LineDrawing? GetLine1(LinefillDrawing? id) => id?.Line1;
    [PineName("linefill.get_line2")] public static LineDrawing? GetLine2(LinefillDrawing? id) => id?.Line2;
    [PineName("linefill.set_color")] public static void SetFillColor(LinefillDrawing? id, double color) { if (id is not null) id.Color = color; }

    private const int MaxPoints = 10_000;

    [PineName("polyline.new")]
    public static PolylineDrawing NewPolyline(ScriptContext context, PineArray<object> points, bool curved, bool closed, string xloc, double line_color, double fill_color, string line_style, double line_width, bool force_overlay)
    {
        if (points.Size() > MaxPoints) throw new PineRuntimeException($"A polyline cannot have {points.Size()} points: at most {MaxPoints} are allowed.");
        return context.Runtime.Drawings.Polylines.Add(new PolylineDrawing
        {
            Points = [.. points.Span.ToArray().OfType<ChartPoint>().Select(p => p.Copy())], Curved = curved, Closed = closed, Xloc = xloc,
            LineColor = line_color, FillColor = fill_color, Style = line_style, Width = line_width,
        });
    }

    [PineName("polyline.delete")] public static void DeletePolyline(ScriptContext context, PolylineDrawing? id) => context.Runtime.Drawings.Polylines.Delete(id);
    [PineName("polyline.all")] public static PineArray<object> AllPolylines(ScriptContext context) => context.Runtime.Drawings.Polylines.All();

    [PineName("chart.point.new")] public static ChartPoint Point(double time, double index, double price) => new() { Time = time, Index = index, Price = price };
    [PineName("chart.point.from_index")] public static ChartPoint FromIndex(double index, double price) => new() { Index = index, Price = price };
    [PineName("chart.point.from_time")] public static ChartPoint FromTime(double time, double price) => new() { Time = time, Price = price };
    [PineName("chart.point.now")] public static ChartPoint Now(ScriptContext context, double price) => new() { Time = context.Time, Index = context.Bar, Price = double.IsNaN(price) ? context.Close : price };
    [PineName("chart.point.copy")] public static ChartPoint? CopyPoint(ChartPoint? id) => id?.Copy();
}
