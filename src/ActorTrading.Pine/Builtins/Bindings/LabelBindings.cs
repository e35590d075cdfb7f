using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>label.*.</summary>
internal static class LabelBindings
{
    private static DrawingList<LabelDrawing> Store(ScriptContext context) => context.Runtime.Drawings.Labels;

    [PineName("label.new")]
    public static LabelDrawing New(ScriptContext context, double x, double y, string? text, string xloc, string yloc, double color, string style, double textcolor, object? size, string textalign, string? tooltip,
        string text_font_family, bool force_overlay, string text_formatting)
    {
        var label = new LabelDrawing
        {
            X = x, Y = y, Text = text ?? "", Xloc = xloc, Yloc = yloc, Color = color, Style = style, TextColor = textcolor, Size = size, TextAlign = textalign, Tooltip = tooltip ?? "",
            Font = text_font_family, Formatting = text_formatting,
        };
        return context.IsMain ? Store(context).Add(label) : label;
    }

    [PineName("label.new")]
    public static LabelDrawing New(ScriptContext context, ChartPoint? point, string? text, string xloc, string yloc, double color, string style, double textcolor, object? size, string textalign, string? tooltip,
        string text_font_family, bool force_overlay, string text_formatting) =>
        New(context, LineBindings.X(point, xloc), LineBindings.Y(point), text, xloc, yloc, color, style, textcolor, size, textalign, tooltip, text_font_family, force_overlay, text_formatting);

    [PineName("label.copy")] public static LabelDrawing? Copy(ScriptContext context, LabelDrawing? id) => id is null ? null : Store(context).Add((LabelDrawing)id.Clone());
    [PineName("label.delete")] public static void Delete(ScriptContext context, LabelDrawing? id) => Store(context).Delete(id);
    [PineName("label.all")] public static PineArray<object> All(ScriptContext context) => Store(context).All();
    [PineName("label.get_text")] public static string? GetText(LabelDrawing? id) => id?.Text;
    [PineName("label.get_x")] public static double GetX(LabelDrawing? id) => id?.X ?? double.NaN;
    [PineName("label.get_y")] public static double GetY(LabelDrawing? id) => id?.Y ?? double.NaN;
    [PineName("label.set_color")] public static void SetColor(LabelDrawing? id, double color) { if (id is not null) id.Color = color; }
    [PineName("label.set_point")] public static void SetPoint(LabelDrawing? id, ChartPoint? point) { if (id is not null) (id.X, id.Y) = (LineBindings.X(point, id.Xloc), LineBindings.Y(point)); }
    [PineName("label.set_size")] public static void SetSize(LabelDrawing? id, object? size) { if (id is not null) id.Size = size; }
    [PineName("label.set_style")] public static void SetStyle(LabelDrawing? id, string style) { if (id is not null) id.Style = style; }
    [PineName("label.set_text")] public static void SetText(LabelDrawing? id, string? text) { if (id is not null) id.Text = text ?? ""; }
    [PineName("label.set_text_font_family")] public static void SetTextFontFamily(LabelDrawing? id, string text_font_family) { if (id is not null) id.Font = text_font_family; }
    [PineName("label.set_text_formatting")] public static void SetTextFormatting(LabelDrawing? id, string text_formatting) { if (id is not null) id.Formatting = text_formatting; }
    [PineName("label.set_textalign")] public static void SetTextalign(LabelDrawing? id, string textalign) { if (id is not null) id.TextAlign = textalign; }
    [PineName("label.set_textcolor")] public static void SetTextcolor(LabelDrawing? id, double textcolor) { if (id is not null) id.TextColor = textcolor; }
    [PineName("label.set_tooltip")] public static void SetTooltip(LabelDrawing? id, string? tooltip) { if (id is not null) id.Tooltip = tooltip ?? ""; }
    [PineName("label.set_x")] public static void SetX(LabelDrawing? id, double x) { if (id is not null) id.X = x; }
    [PineName("label.set_xloc")] public static void SetXloc(LabelDrawing? id, double x, string xloc) { if (id is not null) (id.X, id.Xloc) = (x, xloc); }
    [PineName("label.set_xy")] public static void SetXy(LabelDrawing? id, double x, double y) { if (id is not null) (id.X, id.Y) = (x, y); }
    [PineName("label.set_y")] public static void SetY(LabelDrawing? id, double y) { if (id is not null) id.Y = y; }
    [PineName("label.set_yloc")] public static void SetYloc(LabelDrawing? id, string yloc) { if (id is not null) id.Yloc = yloc; }
}
