using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Builtins.Bindings;

/// <summary>table.*.</summary>
internal static class TableBindings
{
    private const int MaxCells = 10_000;

    private static DrawingList<TableDrawing> Store(ScriptContext context) => context.Runtime.Drawings.Tables;

    [PineName("table.new")]
    public static TableDrawing New(ScriptContext context, string position, int columns, int rows, double bgcolor, double frame_color, double frame_width, double border_color, double border_width, bool force_overlay)
    {
        // na, as in a table that is declared and never filled.
        (columns, rows) = (columns == int.MinValue ? 0 : columns, rows == int.MinValue ? 0 : rows);
        if (columns < 0 || rows < 0 || columns > MaxCells || rows > MaxCells || columns * (long)rows > MaxCells)
            throw new PineRuntimeException($"A table cannot have {columns} x {rows} cells: 1 to {MaxCells} are allowed.");
        var table = new TableDrawing { Position = position, Columns = columns, Rows = rows, Background = bgcolor, FrameColor = frame_color, FrameWidth = frame_width, BorderColor = border_color, BorderWidth = border_width };
        return context.IsMain ? Store(context).Add(table) : table;
    }

    [PineName("table.cell")]
    public static void Cell(TableDrawing? table_id, int column, int row, string? text, double width, double height, double text_color, string text_halign, string text_valign, object? text_size, double bgcolor,
        string? tooltip, string text_font_family, string text_formatting)
    {
        if (table_id is null) return;
        var cell = table_id.Cell(column, row);
        (cell.Text, cell.Width, cell.Height, cell.TextColor, cell.HAlign, cell.VAlign) = (text ?? "", width, height, text_color, text_halign, text_valign);
        (cell.TextSize, cell.Background, cell.Tooltip, cell.Font, cell.Formatting) = (text_size, bgcolor, tooltip ?? "", text_font_family, text_formatting);
    }

    [PineName("table.clear")]
    public static void Clear(TableDrawing? table_id, int start_column, int start_row, int? end_column, int? end_row)
    {
        if (table_id is null) return;
        foreach (var at in table_id.Cells.Keys.ToList())
            if (at.Column >= start_column && at.Column <= (end_column ?? start_column) && at.Row >= start_row && at.Row <= (end_row ?? start_row)) table_id.Cells.Remove(at);
    }

    [PineName("table.merge_cells")]
    public static void Merge(TableDrawing? table_id, int start_column, int start_row, int end_column, int end_row)
    {
        if (table_id is null) return;
        table_id.Cell(start_column, start_row);
        if (end_column >= table_id.Columns || end_row >= table_id.Rows || end_column < start_column || end_row < start_row)
            throw new PineRuntimeException($"Cells {start_column}, {start_row} to {end_column}, {end_row} cannot be merged: the table has {table_id.Columns} x {table_id.Rows}.");
    }

    [PineName("table.delete")] public static void Delete(ScriptContext context, TableDrawing? table_id) => Store(context).Delete(table_id);
    [PineName("table.all")] public static PineArray<object> All(ScriptContext context) => Store(context).All();
    [PineName("table.set_bgcolor")] public static void SetBgcolor(TableDrawing? table_id, double bgcolor) { if (table_id is not null) table_id.Background = bgcolor; }
    [PineName("table.set_border_color")] public static void SetBorderColor(TableDrawing? table_id, double border_color) { if (table_id is not null) table_id.BorderColor = border_color; }
    [PineName("table.set_border_width")] public static void SetBorderWidth(TableDrawing? table_id, double border_width) { if (table_id is not null) table_id.BorderWidth = border_width; }
    [PineName("table.set_frame_color")] public static void SetFrameColor(TableDrawing? table_id, double frame_color) { if (table_id is not null) table_id.FrameColor = frame_color; }
    [PineName("table.set_frame_width")] public static void SetFrameWidth(TableDrawing? table_id, double frame_width) { if (table_id is not null) table_id.FrameWidth = frame_width; }
    [PineName("table.set_position")] public static void SetPosition(TableDrawing? table_id, string position) { if (table_id is not null) table_id.Position = position; }
    [PineName("table.cell_set_bgcolor")] public static void CellBgcolor(TableDrawing? table_id, int column, int row, double bgcolor) { if (table_id is not null) table_id.Cell(column, row).Background = bgcolor; }
    [PineName("table.cell_set_height")] public static void CellHeight(TableDrawing? table_id, int column, int row, double height) { if (table_id is not null) table_id.Cell(column, row).Height = height; }
    [PineName("table.cell_set_text")] public static void CellText(TableDrawing? table_id, int column, int row, string? text) { if (table_id is not null) table_id.Cell(column, row).Text = text ?? ""; }
    [PineName("table.cell_set_text_color")] public static void CellTextColor(TableDrawing? table_id, int column, int row, double text_color) { if (table_id is not null) table_id.Cell(column, row).TextColor = text_color; }
    [PineName("table.cell_set_text_font_family")] public static void CellTextFontFamily(TableDrawing? table_id, int column, int row, string text_font_family) { if (table_id is not null) table_id.Cell(column, row).Font = text_font_family; }
    [PineName("table.cell_set_text_formatting")] public static void CellTextFormatting(TableDrawing? table_id, int column, int row, string text_formatting) { if (table_id is not null) table_id.Cell(column, row).Formatting = text_formatting; }
    [PineName("table.cell_set_text_halign")] public static void CellTextHalign(TableDrawing? table_id, int column, int row, string text_halign) { if (table_id is not null) table_id.Cell(column, row).HAlign = text_halign; }
    [PineName("table.cell_set_text_size")] public static void CellTextSize(TableDrawing? table_id, int column, int row, object? text_size) { if (table_id is not null) table_id.Cell(column, row).TextSize = text_size; }
    [PineName("table.cell_set_text_valign")] public static void CellTextValign(TableDrawing? table_id, int column, int row, string text_valign) { if (table_id is not null) table_id.Cell(column, row).VAlign = text_valign; }
    [PineName("table.cell_set_tooltip")] public static void CellTooltip(TableDrawing? table_id, int column, int row, string? tooltip) { if (table_id is not null) table_id.Cell(column, row).Tooltip = tooltip ?? ""; }
    [PineName("table.cell_set_width")] public static void CellWidth(TableDrawing? table_id, int column, int row, double width) { if (table_id is not null) table_id.Cell(column, row).Width = width; }
}
