namespace ActorTrading.Pine.Checking;

internal enum TypeKind : byte
{
    Error, Void, Na, Int, Float, Bool, String, Color, Enum, Object, Array, Matrix, Map, Tuple, Plot, HLine,
    Line, Label, Box, Table, Linefill, Polyline, ChartPoint, Footprint, VolumeRow,
    /// <summary>A placeholder in a built-in's signature: T, K, V.</summary>
    Variable,
}

/// <summary>When a value is known. Each may be used where a later one is asked for.</summary>
internal enum Qualifier : byte { Const, Input, Simple, Series }

/// <summary>A Pine type without its qualifier. Simple types are singletons; composed ones compare by structure.</summary>
internal sealed class PineType : IEquatable<PineType>
{
    public static readonly PineType Error = new(TypeKind.Error), Void = new(TypeKind.Void), Na = new(TypeKind.Na), Int = new(TypeKind.Int),
        Float = new(TypeKind.Float), Bool = new(TypeKind.Bool), String = new(TypeKind.String), Color = new(TypeKind.Color), Plot = new(TypeKind.Plot),
        HLine = new(TypeKind.HLine), Line = new(TypeKind.Line), Label = new(TypeKind.Label), Box = new(TypeKind.Box), Table = new(TypeKind.Table),
        Linefill = new(TypeKind.Linefill), Polyline = new(TypeKind.Polyline), ChartPoint = new(TypeKind.ChartPoint),
        Footprint = new(TypeKind.Footprint), VolumeRow = new(TypeKind.VolumeRow);

    private PineType(TypeKind kind, PineType? element = null, PineType? key = null, PineType[]? items = null, object? definition = null, string? name = null) =>
        (Kind, Element, Key, Items, Definition, Name) = (kind, element, key, items, definition, name);

    public TypeKind Kind { get; }
    /// <summary>Element of an array or matrix, value of a map.</summary>
    public PineType? Element { get; }
    public PineType? Key { get; }
    public PineType[]? Items { get; }
    /// <summary>The <see cref="ObjectType"/> or <see cref="EnumType"/>.</summary>
    public object? Definition { get; }
    public string? Name { get; }

    public static PineType ArrayOf(PineType element) => new(TypeKind.Array, element);
    public static PineType MatrixOf(PineType element) => new(TypeKind.Matrix, element);
    public static PineType MapOf(PineType key, PineType value) => new(TypeKind.Map, value, key);
    public static PineType TupleOf(PineType[] items) => new(TypeKind.Tuple, items: items);
    public static PineType Of(ObjectType type) => new(TypeKind.Object, definition: type, name: type.Name);
    public static PineType Of(EnumType type) => new(TypeKind.Enum, definition: type, name: type.Name);
    public static PineType Variable(string name) => new(TypeKind.Variable, name: name);

    public ObjectType ObjectType => (ObjectType)Definition!;
    public EnumType EnumType => (EnumType)Definition!;
    public bool IsNumeric => Kind is TypeKind.Int or TypeKind.Float;
    public bool IsError => Kind == TypeKind.Error;
    /// <summary>Held as an object reference, na being null.</summary>
    public bool IsReference => Kind is TypeKind.Object or TypeKind.Array or TypeKind.Matrix or TypeKind.Map or TypeKind.Line or TypeKind.Label or TypeKind.Box
        or TypeKind.Table or TypeKind.Linefill or TypeKind.Polyline or TypeKind.ChartPoint or TypeKind.String or TypeKind.Footprint or TypeKind.VolumeRow;
    public bool IsDrawing => Kind is TypeKind.Line or TypeKind.Label or TypeKind.Box or TypeKind.Table or TypeKind.Linefill or TypeKind.Polyline;

    public bool Equals(PineType? other) => other is not null && Kind == other.Kind && Name == other.Name && ReferenceEquals(Definition, other.Definition)
        && Equals(Element, other.Element) && Equals(Key, other.Key) && (Items is null ? other.Items is null : other.Items is not null && Items.SequenceEqual(other.Items));

    public override bool Equals(object? obj) => Equals(obj as PineType);

    public override int GetHashCode() => HashCode.Combine(Kind, Element, Key, Name, Items?.Length);

    public override string ToString() => Kind switch
    {
        TypeKind.Array => $"array<{Element}>",
        TypeKind.Matrix => $"matrix<{Element}>",
        TypeKind.Map => $"map<{Key}, {Element}>",
        TypeKind.Tuple => $"[{string.Join(", ", (IEnumerable<PineType>)Items!)}]",
        TypeKind.ChartPoint => "chart.point",
        TypeKind.Object or TypeKind.Enum or TypeKind.Variable => Name!,
        TypeKind.Error => "undetermined type",
        TypeKind.VolumeRow => "volume_row",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

/// <summary>A user-defined type.</summary>
internal sealed class ObjectType(string name)
{
    public string Name { get; } = name;
    public List<ObjectField> Fields { get; } = [];

    public ObjectField? Find(string field) => Fields.Find(f => f.Name == field);
}

internal sealed class ObjectField(string name, PineType type, BoundExpr? initial, bool varip)
{
    public string Name { get; } = name;
    public PineType Type { get; } = type;
    /// <summary>Default value, a constant; null means na.</summary>
    public BoundExpr? Initial { get; } = initial;
    public bool Varip { get; } = varip;
    /// <summary>Where the compiler keeps it.</summary>
    public int Index { get; set; }
}

internal sealed class EnumType(string name, List<(string Name, string Title)> members)
{
    public string Name { get; } = name;
    public List<(string Name, string Title)> Members { get; } = members;
}
