using System.Reflection.Emit;
using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Compiling;

internal sealed partial class BodyEmitter
{
    /// <summary>Calls that are translated here rather than bound to a C# member; false for all others.</summary>
    private bool EmitSpecial(BoundBuiltinCall call)
    {
        switch (call.Extra)
        {
            case PlotSlot slot:
                EmitPlot(call, slot);
                return true;
            case InputSlot slot:
                EmitInput(call, slot);
                return true;
            case RequestSite:
                var value = _il.DeclareLocal(Types.Of(call.Type));
                EmitRequest(call, [push =>
                {
                    push();
                    _il.Emit(OpCodes.Stloc, value);
                }]);
                _il.Emit(OpCodes.Ldloc, value);
                return true;
        }
        switch (call.Function.Name)
        {
            case "na": EmitIsNa(call.Arguments[0]!); return true;
            case "nz": EmitNz(call); return true;
            case "fill" or "max_bars_back":
                foreach (var argument in call.Arguments)
                    if (argument is not null && Effects.Has(argument))
                    {
                        EmitExpression(argument);
                        EmitPop(argument.Type);
                    }
                return true;
            case "math.max": EmitFold(call, nameof(ScriptSupport.Max)); return true;
            case "math.min": EmitFold(call, nameof(ScriptSupport.Min)); return true;
            case "math.avg":
                EmitFold(call, null);
                _il.Emit(OpCodes.Ldc_R8, 2.0 + call.Rest.Length);
                _il.Emit(OpCodes.Div);
                return true;
            case "fixnan": EmitFixNan(call); return true;
            case "str.tostring": EmitToString(call); return true;
            case "str.format": EmitFormat(call, 0); return true;
            case "log.info" or "log.warning" or "log.error":
                LoadContext();
                _il.Emit(OpCodes.Ldc_I4, call.Function.Name switch { "log.info" => (int)LogLevel.Info, "log.warning" => (int)LogLevel.Warning, _ => (int)LogLevel.Error });
                EmitFormat(call, 0);
                _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.Log)));
                return true;
        }
        return false;
    }

    private void EmitPlot(BoundBuiltinCall call, PlotSlot slot)
    {
        var parameters = call.Function.Parameters;
        var shown = new List<BoundExpr?>();
        for (int i = 0; i < parameters.Length; i++)
        {
            if (call.Arguments[i] is not { } argument) continue;
            bool isValue = parameters[i].Name is "series" or "open" or "high" or "low" or "close" or "condition" or "price" || (parameters[i].Name == "color" && (slot.CapturesColor || call.Function.Name is "bgcolor" or "barcolor"));
            if (isValue) shown.Add(argument);
            else if (Effects.Has(argument))
            {
                EmitExpression(argument);
                EmitPop(argument.Type);
            }
        }
        for (int i = 0; i < shown.Count; i++)
        {
            bool color = i >= slot.Count;
            var value = _il.DeclareLocal(typeof(double));
            if (shown[i]!.Type.Kind == TypeKind.Bool)
            {
                EmitCondition(shown[i]!);
                _il.Emit(OpCodes.Conv_R8);
            }
            else if (shown[i]!.Type.Kind == TypeKind.Na) _il.Emit(OpCodes.Ldc_R8, double.NaN);
            else EmitExpression(shown[i]!);
            _il.Emit(OpCodes.Stloc, value);
            if (!_context.IsMain) continue;
            var skip = _il.DefineLabel();
            var array = _il.DeclareLocal(typeof(double[]));
            LoadContext();
            _il.Emit(OpCodes.Ldfld, _context.PlotField(color ? slot.First : slot.First + i, color));
            _il.Emit(OpCodes.Stloc, array);
            _il.Emit(OpCodes.Ldloc, array);
            _il.Emit(OpCodes.Brfalse, skip);
            _il.Emit(OpCodes.Ldloc, array);
            LoadBar(nameof(ScriptContext.Bar));
            _il.Emit(OpCodes.Ldloc, value);
            _il.Emit(OpCodes.Stelem_R8);
            _il.MarkLabel(skip);
        }
        if (call.Type.Kind is TypeKind.Plot or TypeKind.HLine) _il.Emit(OpCodes.Ldc_R8, (double)slot.First);
    }

    private void EmitInput(BoundBuiltinCall call, InputSlot slot)
    {
        bool isSource = call.Qualifier == Qualifier.Series;
        var type = isSource ? typeof(double) : Types.Of(call.Type);
        if (isSource) LoadContext();
        LoadContext();
        _il.Emit(OpCodes.Ldfld, _context.InputField(slot.Index, type));
        if (isSource) _il.Emit(OpCodes.Call, Fields.ContextMethod(nameof(ScriptContext.Source)));
    }

    private void EmitIsNa(BoundExpr value)
    {
        if (value.Type.Kind == TypeKind.Na)
        {
            _il.Emit(OpCodes.Ldc_I4_1);
            return;
        }
        EmitExpression(value);
        if (value.Type.IsReference)
        {
            _il.Emit(OpCodes.Ldnull);
            _il.Emit(OpCodes.Ceq);
        }
        else if (value.Type.Kind == TypeKind.Bool)
        {
            _il.Emit(OpCodes.Ldc_I4_1);
            _il.Emit(OpCodes.Cgt);
        }
        else _il.Emit(OpCodes.Call, typeof(double).GetMethod(nameof(double.IsNaN))!);
    }

    private void EmitNz(BoundBuiltinCall call)
    {
        EmitExpression(call.Arguments[0]!);
        if (call.Type.Kind == TypeKind.Bool)
        {
            if (call.Arguments[1] is { } otherwise) EmitExpression(otherwise);
            else _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.NzBool)));
            return;
        }
        if (call.Arguments[1] is { } replacement) EmitExpression(replacement);
        else _il.Emit(OpCodes.Ldc_R8, 0.0);
        _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.Nz)));
    }

    private void EmitFold(BoundBuiltinCall call, string? function)
    {
        EmitExpression(call.Arguments[0]!);
        foreach (var value in (BoundExpr[])[call.Arguments[1]!, .. call.Rest])
        {
            EmitExpression(value);
            if (function is null) _il.Emit(OpCodes.Add);
            else _il.Emit(OpCodes.Call, Fields.Support(function));
        }
    }

    private void EmitFixNan(BoundBuiltinCall call)
    {
        if (call.Type.IsReference || call.Type.Kind == TypeKind.Bool)
        {
            EmitExpression(call.Arguments[0]!);
            return;
        }
        var last = _state.Number("fixnan");
        LoadState();
        _il.Emit(OpCodes.Ldflda, last);
        EmitExpression(call.Arguments[0]!);
        _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.FixNan)));
    }

    private void EmitToString(BoundBuiltinCall call)
    {
        LoadContext();
        EmitBoxed(call.Arguments[0]!);
        if (call.Arguments[1] is { } format) EmitExpression(format);
        else _il.Emit(OpCodes.Ldnull);
        _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.ToText)));
    }

    private void EmitFormat(BoundBuiltinCall call, int format)
    {
        if (call.Rest.Length == 0 && call.Function.Name != "str.format")
        {
            EmitExpression(call.Arguments[format]!);
            return;
        }
        LoadContext();
        EmitExpression(call.Arguments[format]!);
        _il.Emit(OpCodes.Ldc_I4, call.Rest.Length);
        _il.Emit(OpCodes.Newarr, typeof(object));
        for (int i = 0; i < call.Rest.Length; i++)
        {
            _il.Emit(OpCodes.Dup);
            _il.Emit(OpCodes.Ldc_I4, i);
            EmitBoxed(call.Rest[i]);
            _il.Emit(OpCodes.Stelem_Ref);
        }
        _il.Emit(OpCodes.Call, Fields.Support(nameof(ScriptSupport.Format)));
    }

    /// <summary>A request: moves its chart to this bar, then takes the values it has for it.</summary>
    private void EmitRequest(BoundBuiltinCall call, Sink?[] sinks)
    {
        var site = (RequestSite)call.Extra!;
        var inner = _program.Context(site.Context);
        var stream = _state.Initialised("request", typeof(RequestStream), il =>
        {
            il.Emit(OpCodes.Ldc_I4, inner.Index);
            il.Emit(OpCodes.Ldc_I4, site.Context.Results!.Length);
            il.Emit(site.Lower ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Newobj, typeof(RequestStream).GetConstructors()[0]);
        });
        int Index(string name) => Array.FindIndex(call.Function.Parameters, p => p.Name == name);
        void Text(string name)
        {
            int i = Index(name);
            if (i >= 0 && call.Arguments[i] is { } value && value.Type.Kind != TypeKind.Na) EmitExpression(value);
            else if (i >= 0 && call.Function.Parameters[i].Default is string text) _il.Emit(OpCodes.Ldstr, text);
            else _il.Emit(OpCodes.Ldnull);
        }
        LoadState();
        _il.Emit(OpCodes.Ldfld, stream);
        LoadContext();
        Text("symbol");
        Text("timeframe");
        Text("gaps");
        Text("lookahead");
        if (call.Arguments[Index("ignore_invalid_symbol")] is { } ignore) EmitCondition(ignore);
        else _il.Emit(OpCodes.Ldc_I4_0);
        if (site.Lower && call.Arguments[Index("ignore_invalid_timeframe")] is { } ignoreTimeframe) EmitCondition(ignoreTimeframe);
        else _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Call, typeof(RequestStream).GetMethod(nameof(RequestStream.Advance))!);
        var types = call.Type.Kind == TypeKind.Tuple ? call.Type.Items! : [call.Type];
        for (int i = 0; i < sinks.Length; i++)
        {
            int item = i;
            sinks[i]?.Invoke(() =>
            {
                LoadState();
                _il.Emit(OpCodes.Ldfld, stream);
                _il.Emit(OpCodes.Ldc_I4, item);
                var type = types[item];
                if (site.Lower)
                {
                    _il.Emit(OpCodes.Call, typeof(RequestStream).GetMethod(nameof(RequestStream.Lower))!.MakeGenericMethod(Types.Element(type.Element!)));
                    return;
                }
                if (type.IsReference)
                {
                    _il.Emit(OpCodes.Call, typeof(RequestStream).GetMethod(nameof(RequestStream.Object))!);
                    _il.Emit(OpCodes.Castclass, Types.Of(type));
                    return;
                }
                _il.Emit(OpCodes.Call, typeof(RequestStream).GetMethod(nameof(RequestStream.Number))!);
                if (type.Kind == TypeKind.Bool) _il.Emit(OpCodes.Call, Fields.Operation(nameof(Operations.NumberToBool)));
            });
        }
    }
}
