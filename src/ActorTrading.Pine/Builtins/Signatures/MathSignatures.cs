namespace ActorTrading.Pine.Builtins.Signatures;

/// <summary>Globals without a namespace, math.* and color.*.</summary>
internal static class MathSignatures
{
    public const string Text = """
        math.abs(N number) N
        math.acos(float angle) float
        math.asin(float angle) float
        math.atan(float angle) float
        math.avg(float number0, float number1, float... rest) float
        math.ceil(float number) int
        math.cos(float angle) float
        math.exp(float number) float
        math.floor(float number) int
        math.log(float number) float
        math.log10(float number) float
        math.max(N number0, N number1, N... rest) N
        math.min(N number0, N number1, N... rest) N
        math.pow(float base, float exponent) float
        math.random(float min=0, float max=1, int seed?) series float
        math.round(float number) int
        math.round(float number, int precision) float
        math.round_to_mintick(float number) float
        math.sign(float number) float
        math.sin(float angle) float
        math.sqrt(float number) float
        math.sum(float source, int length) series float
        math.tan(float angle) float
        math.todegrees(float radians) float
        math.toradians(float degrees) float
        math.e : const float = 2.718281828459045
        math.phi : const float = 1.618033988749895
        math.pi : const float = 3.141592653589793
        math.rphi : const float = 0.618033988749895
        na(any x) bool
        nz(T source, T replacement?) T
        fixnan(T source) series T
        int(any x) int
        float(any x) float
        bool(any x) bool
        string(any x) string
        color(any x) color
        line(any x) line
        label(any x) label
        box(any x) box
        table(any x) table
        linefill(any x) linefill
        max_bars_back(any var, const int num) void
        color.b(color color) float
        color.from_gradient(float value, float bottom_value, float top_value, color bottom_color, color top_color) color
        color.g(color color) float
        color.new(color color, float transp) color
        color.r(color color) float
        color.rgb(float red, float green, float blue, float transp=0) color
        color.t(color color) float
        color.aqua : const color = #00BCD4
        color.black : const color = #363A45
        color.blue : const color = #2962FF
        color.fuchsia : const color = #E040FB
        color.gray : const color = #787B86
        color.green : const color = #4CAF50
        color.lime : const color = #00E676
        color.maroon : const color = #880E4F
        color.navy : const color = #311B92
        color.olive : const color = #808000
        color.orange : const color = #FF9800
        color.purple : const color = #9C27B0
        color.red : const color = #F23645
        color.silver : const color = #B2B5BE
        color.teal : const color = #089981
        color.white : const color = #FFFFFF
        color.yellow : const color = #FDD835
        """;
}
