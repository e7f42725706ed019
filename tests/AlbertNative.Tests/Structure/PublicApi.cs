using System.Reflection;
using System.Runtime.CompilerServices;

namespace AlbertNative.Tests.Structure;

/// <summary>An assembly's public and protected members, one a line, sorted.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Describe(Assembly assembly) =>
        assembly.GetExportedTypes().SelectMany(Describe).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Describe(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : "class";
        string modifier = type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract && !type.IsInterface ? "abstract " : "";
        yield return $"{Name(type)} ({modifier}{kind})";
        foreach (MemberInfo member in type.GetMembers(Declared))
        {
            if (Describe(member) is { } line)
                yield return $"{Name(type)}.{line}";
        }
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        _ when member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is not MethodInfo { IsSpecialName: true } => null,
        ConstructorInfo { IsStatic: false } c when Visible(c) => $"ctor({Parameters(c)})",
        MethodInfo m when Visible(m) && !m.IsSpecialName && m.DeclaringType is { IsEnum: false } =>
            $"{Static(m)}{m.Name}{Generic(m)}({Parameters(m)}) : {Name(m.ReturnType)}",
        MethodInfo m when Visible(m) && m.Name.StartsWith("op_", StringComparison.Ordinal) =>
            $"{m.Name}({Parameters(m)}) : {Name(m.ReturnType)}",
        PropertyInfo p when Accessors(p) is { Length: > 0 } accessors => $"{p.Name} : {Name(p.PropertyType)} {{ {accessors} }}",
        FieldInfo { IsSpecialName: false } f when f.IsPublic || f.IsFamily =>
            f.IsLiteral && f.DeclaringType!.IsEnum ? $"{f.Name} = {f.GetRawConstantValue()}" : $"{f.Name} : {Name(f.FieldType)}",
        EventInfo e when Visible(e.AddMethod!) => $"event {e.Name} : {Name(e.EventHandlerType!)}",
        _ => null,
    };

    private static string Accessors(PropertyInfo property)
    {
        string get = property.GetMethod is { } getter && Visible(getter) ? Static(getter) + "get;" : "";
        string set = property.SetMethod is { } setter && Visible(setter)
            ? setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;"
            : "";
        return (get + set).Trim();
    }

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.IsOptional ? "?" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return type.Name;
        string name = (type.IsNested ? Name(type.DeclaringType!) + "." : "") + type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
