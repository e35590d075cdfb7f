namespace ActorTrading.Pine.Builtins.Signatures;

/// <summary>plot* and the constants that style them.</summary>
internal static class PlotSignatures
{
    public const string Text = """
        5 plot(float series, const string title="", color color?, input int linewidth=1, input string style="line", input bool trackprice=false, input float histbase=0, simple int offset=0, input bool join=false, input bool editable=true, input int show_last?, input int display?, input string format?, input int precision?, const bool force_overlay=false, const int transp?) plot
        6 plot(float series, const string title="", color color?, input int linewidth=1, input string style="line", input bool trackprice=false, input float histbase=0, simple int offset=0, input bool join=false, input bool editable=true, input int show_last?, input int display?, input string format?, input int precision?, const bool force_overlay=false, input string linestyle?) plot
        plotarrow(float series, const string title="", color colorup?, color colordown?, simple int offset=0, input int minheight=5, input int maxheight=100, input bool editable=true, input int show_last?, input int display?, input string format?, input int precision?, const bool force_overlay=false) void
        plotbar(float open, float high, float low, float close, const string title="", color color?, input bool editable=true, input int show_last?, input int display?, input string format?, input int precision?, const bool force_overlay=false) void
        plotcandle(float open, float high, float low, float close, const string title="", color color?, color wickcolor?, input bool editable=true, input int show_last?, color bordercolor?, input int display?, input string format?, input int precision?, const bool force_overlay=false) void
        5 plotchar(any series, const string title="", input string char?, input string location="abovebar", color color?, simple int offset=0, const string text="", color textcolor?, input bool editable=true, const string size="auto", input int show_last?, input int display?, input string format?, input int precision?, const bool force_overlay=false, const int transp?) void
        6 plotchar(any series, const string title="", input string char?, input string location="abovebar", color color?, simple int offset=0, const string text="", color textcolor?, input bool editable=true, const string size="auto", input int show_last?, input int display?, input string format?, input int precision?, const bool force_overlay=false) void
        5 plotshape(any series, const string title="", input string style="xcross", input string location="abovebar", color color?, simple int offset=0, const string text="", color textcolor?, input bool editable=true, const string size="auto", input int show_last?, input int display?, input string format?, input int precision?, const bool force_overlay=false, const int transp?) void
        6 plotshape(any series, const string title="", input string style="xcross", input string location="abovebar", color color?, simple int offset=0, const string text="", color textcolor?, input bool editable=true, const string size="auto", input int show_last?, input int display?, input string format?, input int precision?, const bool force_overlay=false) void
        hline(input float price, const string title="", input color color?, input string linestyle="solid", input int linewidth=1, input bool editable=true, input int display?) hline
        5 fill(hline hline1, hline hline2, color color?, const string title="", input bool editable=true, const bool fillgaps=false, input int display?, const int transp?) void
        5 fill(plot plot1, plot plot2, color color?, const string title="", input bool editable=true, input int show_last?, const bool fillgaps=false, input int display?, const int transp?) void
        6 fill(hline hline1, hline hline2, color color?, const string title="", input bool editable=true, const bool fillgaps=false, input int display?) void
        6 fill(plot plot1, plot plot2, color color?, const string title="", input bool editable=true, input int show_last?, const bool fillgaps=false, input int display?) void
        fill(plot plot1, plot plot2, float top_value, float bottom_value, color top_color, color bottom_color, const string title="", input int display?, const bool fillgaps=false, input bool editable=true) void
        fill(hline hline1, hline hline2, float top_value, float bottom_value, color top_color, color bottom_color, const string title="", input int display?, const bool fillgaps=false, input bool editable=true) void
        5 bgcolor(color color, simple int offset=0, input bool editable=true, input int show_last?, const string title="", input int display?, const bool force_overlay=false, const int transp?) void
        6 bgcolor(color color, simple int offset=0, input bool editable=true, input int show_last?, const string title="", input int display?, const bool force_overlay=false) void
        barcolor(color color, simple int offset=0, input bool editable=true, input int show_last?, const string title="", input int display?) void
        display.all : const int = 63
        display.data_window : const int = 1
        display.none : const int = 0
        display.pane : const int = 2
        display.pine_screener : const int = 4
        display.price_scale : const int = 8
        display.status_line : const int = 16
        extend.both : const string = "b"
        extend.left : const string = "l"
        extend.none : const string = "n"
        extend.right : const string = "r"
        font.family_default : const string = "default"
        font.family_monospace : const string = "monospace"
        format.inherit : const string = "inherit"
        format.mintick : const string = "mintick"
        format.percent : const string = "percent"
        format.price : const string = "price"
        format.volume : const string = "volume"
        hline.style_dashed : const string = "dashed"
        hline.style_dotted : const string = "dotted"
        hline.style_solid : const string = "solid"
        location.abovebar : const string = "abovebar"
        location.absolute : const string = "absolute"
        location.belowbar : const string = "belowbar"
        location.bottom : const string = "bottom"
        location.top : const string = "top"
        plot.linestyle_dashed : const string = "dashed"
        plot.linestyle_dotted : const string = "dotted"
        plot.linestyle_solid : const string = "solid"
        plot.style_area : const string = "area"
        plot.style_areabr : const string = "areabr"
        plot.style_circles : const string = "circles"
        plot.style_columns : const string = "columns"
        plot.style_cross : const string = "cross"
        plot.style_histogram : const string = "histogram"
        plot.style_line : const string = "line"
        plot.style_linebr : const string = "linebr"
        plot.style_stepline : const string = "stepline"
        plot.style_stepline_diamond : const string = "stepline_diamond"
        plot.style_steplinebr : const string = "steplinebr"
        position.bottom_center : const string = "bottom_center"
        position.bottom_left : const string = "bottom_left"
        position.bottom_right : const string = "bottom_right"
        position.middle_center : const string = "middle_center"
        position.middle_left : const string = "middle_left"
        position.middle_right : const string = "middle_right"
        position.top_center : const string = "top_center"
        position.top_left : const string = "top_left"
        position.top_right : const string = "top_right"
        scale.left : const string = "left"
        scale.none : const string = "none"
        scale.right : const string = "right"
        shape.arrowdown : const string = "arrowdown"
        shape.arrowup : const string = "arrowup"
        shape.circle : const string = "circle"
        shape.cross : const string = "cross"
        shape.diamond : const string = "diamond"
        shape.flag : const string = "flag"
        shape.labeldown : const string = "labeldown"
        shape.labelup : const string = "labelup"
        shape.square : const string = "square"
        shape.triangledown : const string = "triangledown"
        shape.triangleup : const string = "triangleup"
        shape.xcross : const string = "xcross"
        size.auto : const string = "auto"
        size.huge : const string = "huge"
        size.large : const string = "large"
        size.normal : const string = "normal"
        size.small : const string = "small"
        size.tiny : const string = "tiny"
        text.align_bottom : const string = "bottom"
        text.align_center : const string = "center"
        text.align_left : const string = "left"
        text.align_right : const string = "right"
        text.align_top : const string = "top"
        text.format_bold : const string = "bold"
        text.format_italic : const string = "italic"
        text.format_none : const string = "none"
        text.wrap_auto : const string = "auto"
        text.wrap_none : const string = "none"
        xloc.bar_index : const string = "bar_index"
        xloc.bar_time : const string = "bar_time"
        yloc.abovebar : const string = "abovebar"
        yloc.belowbar : const string = "belowbar"
        yloc.price : const string = "price"
        """;
}
