using System.Reflection;
using System.Reflection.Emit;
using ActorTrading.Pine.Checking;
using ActorTrading.Pine.Library;
using ActorTrading.Pine.Runtime;

namespace ActorTrading.Pine.Compiling;

/// <summary>How Pine types are held: numbers, colours and enums as double with NaN for na; references as objects with null for na.</summary>
internal sealed class ClrTypes(ModuleBuilder module)
{
    private readonly Dictionary<ObjectType, (TypeBuilder Type, FieldBuilder[] Fields, ConstructorBuilder Constructor)> _objects = [];

    public IEnumerable<TypeBuilder> Objects => _objects.Values.Select(o => o.Type);

    public Type Of(PineType type) => type.Kind switch
    {
        TypeKind.Int or TypeKind.Float or TypeKind.Color or TypeKind.Enum or TypeKind.Plot or TypeKind.HLine or TypeKind.Na or TypeKind.Variable => typeof(double),
        TypeKind.Bool => typeof(bool),
        TypeKind.String => typeof(string),
        TypeKind.Array => typeof(PineArray<>).MakeGenericType(Element(type.Element!)),
        TypeKind.Matrix => typeof(PineMatrix<>).MakeGenericType(Element(type.Element!)),
        TypeKind.Map => typeof(PineMap<,>).MakeGenericType(Element(type.Key!), Element(type.Element!)),
        TypeKind.Object => type.ObjectType == Checker.ChartPointType ? typeof(ChartPoint) : Object(type.ObjectType).Type,
        TypeKind.ChartPoint => typeof(ChartPoint),
        TypeKind.Line => typeof(LineDrawing),
        TypeKind.Label => typeof(LabelDrawing),
        TypeKind.Box => typeof(BoxDrawing),
        TypeKind.Table => typeof(TableDrawing),
        TypeKind.Linefill => typeof(LinefillDrawing),
        TypeKind.Polyline => typeof(PolylineDrawing),
        TypeKind.Void => typeof(void),
        _ => typeof(object),
    };

    /// <summary>Collections hold objects of every class as object: generic types over types still being built are not worth their trouble.</summary>
    public Type Element(PineType type) => Of(type) is var clr && clr == typeof(double) || clr == typeof(bool) || clr == typeof(string) ? clr : typeof(object);

    public (TypeBuilder Type, FieldBuilder[] Fields, ConstructorBuilder Constructor) Object(ObjectType type)
    {
        if (_objects.TryGetValue(type, out var known)) return known;
        var builder = module.DefineType($"Type{_objects.Count}_{type.Name}", TypeAttributes.Public | TypeAttributes.Sealed, typeof(PineObject));
        var fields = new FieldBuilder[type.Fields.Count];
        var constructor = builder.DefineDefaultConstructor(MethodAttributes.Public);
        _objects[type] = (builder, fields, constructor);
        for (int i = 0; i < fields.Length; i++) fields[i] = builder.DefineField($"{type.Fields[i].Name}_{i}", Of(type.Fields[i].Type), FieldAttributes.Public);
        return (builder, fields, constructor);
    }

    public FieldInfo Field(ObjectType owner, ObjectField field) => owner == Checker.ChartPointType
        ? typeof(ChartPoint).GetField(field.Name switch { "time" => nameof(ChartPoint.Time), "index" => nameof(ChartPoint.Index), _ => nameof(ChartPoint.Price) })!
        : Object(owner).Fields[field.Index];
}
