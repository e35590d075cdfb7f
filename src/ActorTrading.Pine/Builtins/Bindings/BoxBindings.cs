using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>box.*.</summary>
internal static class BoxBindings
{
    private static DrawingList<BoxDrawing> Store(ScriptContext context) => context.Runtime.Drawings.Boxes;

    [PineName("box.new")]
    public static BoxDrawing New(ScriptContext context, double left, double top, double right, double bottom, double border_color, double border_width, string border_style, string extend, string xloc, double bgcolor,
        string? text, object? text_size, double text_color, string text_halign, string text_valign, string text_wrap, string text_font_family, bool force_overlay, string text_formatting)
    {
        var box = new BoxDrawing
        {
            Left = left, Top = top, Right = right, Bottom = bottom, BorderColor = border_color, BorderWidth = border_width, BorderStyle = border_style, Extend = extend, Xloc = xloc, Background = bgcolor,
            Text = text ?? "", TextSize = text_size, TextColor = text_color, HAlign = text_halign, VAlign = text_valign, Wrap = text_wrap, Font = text_font_family, Formatting = text_formatting,
        };
        return context.IsMain ? Store(context).Add(box) : box;
    }

    [PineName("box.new")]
    public static BoxDrawing New(ScriptContext context, ChartPoint? top_left, ChartPoint? bottom_right, double border_color, double border_width, string border_style, string extend, string xloc, double bgcolor,
        string? text, object? text_size, double text_color, string text_halign, string text_valign, string text_wrap, string text_font_family, bool force_overlay, string text_formatting) =>
        New(context, LineBindings.X(top_left, xloc), LineBindings.Y(top_left), LineBindings.X(bottom_right, xloc), LineBindings.Y(bottom_right), border_color, border_width, border_style, extend, xloc, bgcolor,
            text, text_size, text_color, text_halign, text_valign, text_wrap, text_font_family, force_overlay, text_formatting);

    [PineName("box.copy")] public static BoxDrawing? Copy(ScriptContext context, BoxDrawing? id) => id is null ? null : Store(context).Add((BoxDrawing)id.Clone());
    [PineName("box.delete")] public static void Delete(ScriptContext context, BoxDrawing? id) => Store(context).Delete(id);
    [PineName("box.all")] public static PineArray<object> All(ScriptContext context) => Store(context).All();
    [PineName("box.get_bottom")] public static double GetBottom(BoxDrawing? id) => id?.Bottom ?? double.NaN;
    [PineName("box.get_left")] public static double GetLeft(BoxDrawing? id) => id?.Left ?? double.NaN;
    [PineName("box.get_right")] public static double GetRight(BoxDrawing? id) => id?.Right ?? double.NaN;
    [PineName("box.get_top")] public static double GetTop(BoxDrawing? id) => id?.Top ?? double.NaN;
    [PineName("box.set_bgcolor")] public static void SetBgcolor(BoxDrawing? id, double color) { if (id is not null) id.Background = color; }
    [PineName("box.set_border_color")] public static void SetBorderColor(BoxDrawing? id, double color) { if (id is not null) id.BorderColor = color; }
    [PineName("box.set_border_style")] public static void SetBorderStyle(BoxDrawing? id, string style) { if (id is not null) id.BorderStyle = style; }
    [PineName("box.set_border_width")] public static void SetBorderWidth(BoxDrawing? id, double width) { if (id is not null) id.BorderWidth = width; }
    [PineName("box.set_bottom")] public static void SetBottom(BoxDrawing? id, double bottom) { if (id is not null) id.Bottom = bottom; }
    [PineName("box.set_bottom_right_point")] public static void SetBottomRightPoint(BoxDrawing? id, ChartPoint? point) { if (id is not null) (id.Right, id.Bottom) = (LineBindings.X(point, id.Xloc), LineBindings.Y(point)); }
    [PineName("box.set_extend")] public static void SetExtend(BoxDrawing? id, string extend) { if (id is not null) id.Extend = extend; }
    [PineName("box.set_left")] public static void SetLeft(BoxDrawing? id, double left) { if (id is not null) id.Left = left; }
    [PineName("box.set_lefttop")] public static void SetLefttop(BoxDrawing? id, double left, double top) { if (id is not null) (id.Left, id.Top) = (left, top); }
    [PineName("box.set_right")] public static void SetRight(BoxDrawing? id, double right) { if (id is not null) id.Right = right; }
    [PineName("box.set_rightbottom")] public static void SetRightbottom(BoxDrawing? id, double right, double bottom) { if (id is not null) (id.Right, id.Bottom) = (right, bottom); }
    [PineName("box.set_text")] public static void SetText(BoxDrawing? id, string? text) { if (id is not null) id.Text = text ?? ""; }
    [PineName("box.set_text_color")] public static void SetTextColor(BoxDrawing? id, double text_color) { if (id is not null) id.TextColor = text_color; }
    [PineName("box.set_text_font_family")] public static void SetTextFontFamily(BoxDrawing? id, string text_font_family) { if (id is not null) id.Font = text_font_family; }
    [PineName("box.set_text_formatting")] public static void SetTextFormatting(BoxDrawing? id, string text_formatting) { if (id is not null) id.Formatting = text_formatting; }
    [PineName("box.set_text_halign")] public static void SetTextHalign(BoxDrawing? id, string text_halign) { if (id is not null) id.HAlign = text_halign; }
    [PineName("box.set_text_size")] public static void SetTextSize(BoxDrawing? id, object? text_size) { if (id is not null) id.TextSize = text_size; }
    [PineName("box.set_text_valign")] public static void SetTextValign(BoxDrawing? id, string text_valign) { if (id is not null) id.VAlign = text_valign; }
    [PineName("box.set_text_wrap")] public static void SetTextWrap(BoxDrawing? id, string text_wrap) { if (id is not null) id.Wrap = text_wrap; }
    [PineName("box.set_top")] public static void SetTop(BoxDrawing? id, double top) { if (id is not null) id.Top = top; }
    [PineName("box.set_top_left_point")] public static void SetTopLeftPoint(BoxDrawing? id, ChartPoint? point) { if (id is not null) (id.Left, id.Top) = (LineBindings.X(point, id.Xloc), LineBindings.Y(point)); }
    [PineName("box.set_xloc")] public static void SetXloc(BoxDrawing? id, double left, double right, string xloc) { if (id is not null) (id.Left, id.Right, id.Xloc) = (left, right, xloc); }
}
