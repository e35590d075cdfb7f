using ActorTrading.Pine.Builtins;
using ActorTrading.Pine.Syntax;

namespace ActorTrading.Pine.Checking;

internal sealed partial class Checker
{
    /// <summary>chart.point as an object type, so that its fields read and assign like any other's.</summary>
    internal static readonly ObjectType ChartPointType = new("chart.point")
    {
        Fields = { new("time", PineType.Int, null, false), new("index", PineType.Int, null, false), new("price", PineType.Float, null, false) },
    };

    private BoundExpr ChartPointField(MemberExpr member, BoundExpr target) => ChartPointType.Find(member.Name) is { } field
        ? new BoundField(member.NamePos, target, field, ChartPointType)
        : Fail("PINE2004", member.NamePos, $"Type 'chart.point' has no field '{member.Name}'.");

    private PineType ResolveType(TypeSyntax syntax, Module? module = null)
    {
        var type = ResolveNamed(syntax, module ?? _module);
        return syntax.IsArray && !type.IsError ? PineType.ArrayOf(type) : type;
    }

    private PineType ResolveNamed(TypeSyntax syntax, Module module)
    {
        int count = syntax.Arguments.Count;
        switch (syntax.Name)
        {
            case "array" when count == 1:
            case "matrix" when count == 1:
                var element = ResolveType(syntax.Arguments[0], module);
                if (element.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map)
                {
                    Error("PINE3021", syntax.Pos, "Collections cannot hold other collections: wrap the inner one in a user-defined type.");
                    return PineType.Error;
                }
                return element.IsError ? element : syntax.Name == "array" ? PineType.ArrayOf(element) : PineType.MatrixOf(element);
            case "map" when count == 2:
                var (key, value) = (ResolveType(syntax.Arguments[0], module), ResolveType(syntax.Arguments[1], module));
                if (key.IsError || value.IsError) return PineType.Error;
                if (key.Kind is not (TypeKind.Int or TypeKind.Float or TypeKind.Bool or TypeKind.String or TypeKind.Color or TypeKind.Enum))
                {
                    Error("PINE3021", syntax.Pos, $"A map's keys must be of a fundamental type or an enum, not '{key}'.");
                    return PineType.Error;
                }
                if (value.Kind is TypeKind.Array or TypeKind.Matrix or TypeKind.Map)
                {
                    Error("PINE3021", syntax.Pos, "Collections cannot hold other collections: wrap the inner one in a user-defined type.");
                    return PineType.Error;
                }
                return PineType.MapOf(key, value);
        }
        if (count == 0)
        {
            var simple = syntax.Name switch
            {
                "int" => PineType.Int, "float" => PineType.Float, "bool" => PineType.Bool, "string" => PineType.String, "color" => PineType.Color,
                "line" => PineType.Line, "label" => PineType.Label, "box" => PineType.Box, "table" => PineType.Table, "linefill" => PineType.Linefill,
                "polyline" => PineType.Polyline, "chart.point" => PineType.ChartPoint, _ => null,
            };
            if (simple is not null) return simple;
            if (module.Types.TryGetValue(syntax.Name, out var type)) return type;
            int dot = syntax.Name.IndexOf('.');
            if (dot > 0 && module.Imports.TryGetValue(syntax.Name[..dot], out var library) && library.Types.TryGetValue(syntax.Name[(dot + 1)..], out var imported)
                && library.ExportedTypes.Contains(syntax.Name[(dot + 1)..])) return imported;
        }
        string[] known = ["int", "float", "bool", "string", "color", "line", "label", "box", "table", "linefill", "polyline", "chart.point", "array", "matrix", "map", .. module.Types.Keys];
        Error("PINE2008", syntax.Pos, $"Unknown type '{syntax.Name}'.{Names.Suggest(syntax.Name, known)}");
        return PineType.Error;
    }

    /// <summary>Registers the module's types and enums, names first so that types may refer to each other.</summary>
    private void DeclareTypes(Module module)
    {
        var pending = new List<(ObjectType Type, TypeDecl Declaration)>();
        foreach (var statement in module.Tree.Statements)
        {
            switch (statement)
            {
                case ImportStmt import:
                    BindImport(import, module);
                    break;
                case EnumDecl e:
                    if (!AddType(module, e.Name, e.Pos, PineType.Of(new EnumType(e.Name, e.Members)))) break;
                    if (e.Exported) module.ExportedTypes.Add(e.Name);
                    break;
                case TypeDecl t:
                    var type = new ObjectType(t.Name);
                    if (!AddType(module, t.Name, t.Pos, PineType.Of(type))) break;
                    if (t.Exported) module.ExportedTypes.Add(t.Name);
                    _program.ObjectTypes.Add(type);
                    pending.Add((type, t));
                    break;
            }
        }
        foreach (var (type, declaration) in pending)
            foreach (var field in declaration.Fields)
            {
                if (type.Find(field.Name) is not null)
                {
                    Error("PINE2003", field.Pos, $"Field '{field.Name}' is already defined in type '{type.Name}'.");
                    continue;
                }
                var fieldType = ResolveType(field.Type, module);
                BoundExpr? initial = null;
                if (field.Default is not null)
                {
                    initial = Assignable(BindValue(field.Default), fieldType, field.Pos, $"field '{field.Name}'");
                    if (initial.Constant is null && initial is not (BoundNa or BoundError) && (initial is BoundConvert c ? c.Operand : initial) is not BoundBuiltinVariable { Variable.Implementation: null or { State: null } })
                        Error("PINE3022", field.Pos, $"The default value of field '{field.Name}' must be a literal or a built-in variable.");
                }
                type.Fields.Add(new ObjectField(field.Name, fieldType, initial is BoundError ? null : initial, field.Varip) { Index = type.Fields.Count });
            }
    }

    private bool AddType(Module module, string name, Pos pos, PineType type)
    {
        if (module.Types.TryAdd(name, type)) return true;
        Error("PINE2003", pos, $"Type '{name}' is already defined.");
        return false;
    }

    private BoundExpr? EnumMember(string dotted, MemberExpr member)
    {
        int dot = dotted.LastIndexOf('.');
        var typeName = dotted[..dot];
        if (!_module.Types.TryGetValue(typeName, out var type))
        {
            int first = typeName.IndexOf('.');
            if (first < 0 || !_module.Imports.TryGetValue(typeName[..first], out var library) || !library.Types.TryGetValue(typeName[(first + 1)..], out type)) return null;
        }
        if (type.Kind != TypeKind.Enum) return null;
        int index = type.EnumType.Members.FindIndex(m => m.Name == member.Name);
        return index >= 0
            ? new BoundConst(member.Pos, type, (double)index)
            : Fail("PINE2004", member.NamePos, $"Enum '{type}' has no member '{member.Name}'.{Names.Suggest(member.Name, type.EnumType.Members.Select(m => m.Name))}");
    }

    // Libraries

    private int _importDepth;

    private void BindImport(ImportStmt import) => BindImport(import, _module);

    private void BindImport(ImportStmt import, Module module)
    {
        if (module.Imports.ContainsKey(import.Alias)) return;
        if (BuiltinTable.IsNamespace(import.Alias) && import.Alias is not ("ta" or "math"))
        {
            Error("PINE2020", import.Pos, $"'{import.Alias}' is a built-in namespace: import the library 'as' another name.");
            return;
        }
        if (LoadLibrary(import) is { } library) module.Imports[import.Alias] = library;
    }

    private Module? LoadLibrary(ImportStmt import)
    {
        if (_libraries.TryGetValue(import.Path, out var known)) return known;
        if (!_options.Libraries.TryGetValue(import.Path, out var source))
        {
            Error("PINE2021", import.Pos, $"The library '{import.Path}' is not available: supply its source.{Names.Suggest(import.Path, _options.Libraries.Keys)}");
            return _libraries[import.Path] = null;
        }
        if (source.Length > _options.MaxSourceLength || _importDepth > 16)
        {
            Error("PINE4003", import.Pos, $"The library '{import.Path}' is too long or imported too deeply.");
            return _libraries[import.Path] = null;
        }
        // Set first: a library that imports itself finds nothing and is reported.
        _libraries[import.Path] = null;
        var (savedModule, savedScope, savedLibrary, savedFrame) = (_module, _scope, _diagnostics.Library, _frame);
        _importDepth++;
        _diagnostics.Library = import.Path;
        var tree = Parser.Parse(source, _diagnostics);
        var module = new Module(import.Path, tree);
        _module = module;
        _scope = module.Globals;
        _frame = new Frame(_context, null, null, module, null, []) { Reassigned = module.Reassigned };
        DeclareTypes(module);
        AssignedNames.Collect(tree.Statements, module.Reassigned);
        bool isLibrary = false;
        foreach (var statement in tree.Statements)
        {
            if (statement is FunctionDecl function) DeclareFunction(function);
            else if (statement is DeclStmt { Mode: DeclMode.Plain } declaration) DeclareLibraryConstant(declaration);
            else if (statement is ExprStmt { Expr: CallExpr { Callee: NameExpr { Name: "library" } } }) isLibrary = true;
        }
        CheckUnusedFunctions(module);
        _importDepth--;
        (_module, _scope, _diagnostics.Library, _frame) = (savedModule, savedScope, savedLibrary, savedFrame);
        if (!isLibrary)
        {
            Error("PINE2021", import.Pos, $"'{import.Path}' is not a library: it has no 'library()' declaration.");
            return null;
        }
        return _libraries[import.Path] = module;
    }

    /// <summary>Exported functions may use the library's global constants; its other globals only serve its own demonstration.</summary>
    private void DeclareLibraryConstant(DeclStmt declaration)
    {
        var quiet = new Checker(new SyntaxTree(_version, default, []), new DiagnosticBag(), _options) { _module = _module, _scope = _module.Globals };
        quiet._frame = new Frame(quiet._context, null, null, _module, null, []) { Reassigned = _module.Reassigned };
        if (quiet.BindExpression(declaration.Value) is not { Constant: not null } value || _module.Reassigned.Contains(declaration.Name)) return;
        var type = declaration.Type is null ? value.Type : ResolveType(declaration.Type);
        _module.Globals.Set(new VariableSymbol(declaration.Name, type, Qualifier.Const, DeclMode.Plain, declaration.NamePos, _context) { Constant = value.Constant });
    }

    private BoundExpr ImportedConstant(MemberExpr member, Module library, string name)
    {
        if (library.Globals.Find(name) is { Constant: not null } symbol) return new BoundConst(member.Pos, symbol.Type, symbol.Constant);
        return Fail("PINE2001", member.Pos, $"Library '{library.Library}' exports no constant '{name}'.{Names.Suggest(name, library.Globals.Names)}");
    }
}
