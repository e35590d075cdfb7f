namespace ActorTrading.Pine.Builtins.Signatures;

/// <summary>str.*, log.*, runtime.*, alert.</summary>
internal static class StringSignatures
{
    public const string Text = """
        str.contains(string source, string str) bool
        str.endswith(string source, string str) bool
        str.format(string formatString, any... arg) string
        str.format_time(int time, string format?, string timezone?) string
        str.length(string string) int
        str.lower(string source) string
        str.match(string source, string regex) string
        str.pos(string source, string str) int
        str.repeat(string source, int repeat, string separator="") string
        str.replace(string source, string target, string replacement, int occurrence=0) string
        str.replace_all(string source, string target, string replacement) string
        str.split(string string, string separator) array<string>
        str.startswith(string source, string str) bool
        str.substring(string source, int begin_pos, int end_pos?) string
        str.tonumber(string string) float
        str.tostring(any value, string format?) string
        str.trim(string source) string
        str.upper(string source) string
        log.error(string message, any... arg) void
        log.info(string message, any... arg) void
        log.warning(string message, any... arg) void
        runtime.error(string message) void
        alert(string message, string freq="once_per_bar") void
        alertcondition(bool condition, const string title="", const string message="") void
        alert.freq_all : const string = "all"
        alert.freq_once_per_bar : const string = "once_per_bar"
        alert.freq_once_per_bar_close : const string = "once_per_bar_close"
        """;
}
