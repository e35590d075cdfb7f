using System.Globalization;
using Orleans.Runtime;

namespace Orleans
{
    /// <summary>The name of a grain class within <see cref="GrainId"/>, so that it can be renamed in the source.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class GrainTypeAttribute : Attribute
    {
        public GrainTypeAttribute(string grainType) => GrainType = GrainType.Create(grainType);

        internal GrainType GrainType { get; }
    }

    /// <summary>Activations of this class are never collected for being idle.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class KeepAliveAttribute : Attribute;

    /// <summary>How long an activation of this class may be idle before it is collected.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class CollectionAgeLimitAttribute : Attribute
    {
        /// <summary>The shortest age limit: one minute.</summary>
        public static readonly TimeSpan MinAgeLimit = TimeSpan.FromMinutes(1);

        private readonly TimeSpan? _age;

        public CollectionAgeLimitAttribute() { }

        /// <summary>A limit as a <see cref="TimeSpan"/> in text, for example "00:10:00".</summary>
        public CollectionAgeLimitAttribute(string inactivityPeriod) => _age = TimeSpan.Parse(inactivityPeriod, CultureInfo.InvariantCulture);

        public double Days { get; set; }

        public double Hours { get; set; }

        public double Minutes { get; set; }

        public bool AlwaysActive { get; set; }

        public TimeSpan AgeLimit
        {
            get
            {
                var age = AlwaysActive
                    ? TimeSpan.FromDays(short.MaxValue)
                    : _age ?? TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);
                return age < MinAgeLimit ? MinAgeLimit : age;
            }
        }
    }
}

namespace Orleans.Runtime
{
    /// <summary>The name of a grain interface, so that it can be renamed in the source.</summary>
    [AttributeUsage(AttributeTargets.Interface, AllowMultiple = false)]
    public sealed class GrainInterfaceTypeAttribute : Attribute
    {
        public GrainInterfaceTypeAttribute(string value) => InterfaceType = GrainInterfaceType.Create(value);

        internal GrainInterfaceType InterfaceType { get; }
    }
}
