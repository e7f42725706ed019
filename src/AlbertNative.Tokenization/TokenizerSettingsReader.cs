using System.Text.Json;

namespace AlbertNative.Tokenization;

/// <summary>A settings file: its name for messages, and its UTF-8 content, empty where it is absent.</summary>
internal readonly record struct SettingsContent(string Name, ReadOnlyMemory<byte> Content);

/// <summary>
/// Reads the JSON files beside a vocabulary. Token by token, so that a hostile file costs no more memory than
/// the strings it holds.
/// </summary>
internal static class TokenizerSettingsReader
{
    private delegate TokenizerSettings FieldReader(ref Utf8JsonReader json, string name, TokenizerSettings settings);

    public static TokenizerSettings Load(string directory) =>
        Load(name => TokenizerLoader.ReadIfThere(Path.Combine(directory, name)), directory);

    /// <summary>Reads the settings' files wherever they lie.</summary>
    public static TokenizerSettings Load(Func<string, byte[]?> files, string source)
    {
        SettingsContent File(string name) => new(Path.Combine(source, name), files(name));
        return Read(File("tokenizer_config.json"), File("special_tokens_map.json"), File("added_tokens.json"));
    }

    /// <summary>
    /// Merges the files as transformers does: where the configuration has an <c>added_tokens_decoder</c>, it
    /// describes every token and the two older files are not read.
    /// </summary>
    public static TokenizerSettings Read(SettingsContent config, SettingsContent specialTokensMap, SettingsContent addedTokens)
    {
        TokenizerSettings settings = ReadObject(config, TokenizerSettings.Default, ReadConfigField);
        if (settings.AddedTokens.Count == 0)
        {
            settings = ReadObject(specialTokensMap, settings, ReadTokenField);
            settings = ReadAddedTokens(addedTokens, settings);
        }
        return settings;
    }

    private static TokenizerSettings ReadObject(SettingsContent file, TokenizerSettings settings, FieldReader readField)
    {
        if (file.Content.IsEmpty)
            return settings;
        try
        {
            Utf8JsonReader json = new(file.Content.Span);
            json.Read();
            Expect(json.TokenType == JsonTokenType.StartObject, "an object at the top");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!;
                json.Read();
                settings = readField(ref json, name, settings);
            }
            Expect(!json.Read(), "nothing after the object");
            return settings;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new TokenizerFormatException(file.Name, e.Message, e);
        }
    }

    private static TokenizerSettings ReadConfigField(ref Utf8JsonReader json, string name, TokenizerSettings settings)
    {
        switch (name)
        {
            case "do_lower_case":
                return settings with { LowerCase = ReadFlag(ref json, name) };
            case "keep_accents":
                return settings with { KeepAccents = ReadFlag(ref json, name) };
            case "remove_space":
                return settings with { RemoveSpace = ReadFlag(ref json, name) };
            case "strip_accents":
                return settings with { StripAccents = ReadFlag(ref json, name) };
            case "tokenize_chinese_chars":
                return settings with { TokenizeChineseChars = ReadFlag(ref json, name) };
            case "do_basic_tokenize":
                return settings with { DoBasicTokenize = ReadFlag(ref json, name) };
            case "never_split":
                return settings with { NeverSplit = ReadNames(ref json, name) };
            case "word_tokenizer_type":
                return settings with { WordTokenizerType = ReadText(ref json, name) };
            case "add_prefix_space":
                return settings with { AddPrefixSpace = ReadFlag(ref json, name) };
            case "tokenizer_class":
                return settings with { TokenizerClass = ReadText(ref json, name) };
            case TokenizerSettings.DerivedFromName:
                return settings with { DerivedFrom = ReadText(ref json, name) };
            case "model_input_names":
                return settings with { ModelInputNames = ReadNames(ref json, name) };
            case "model_max_length":
                // transformers writes 1e30 for "no limit".
                Expect(json.TokenType is JsonTokenType.Number or JsonTokenType.Null, $"a number as {name}");
                bool usable = json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int length) && length > 0;
                return settings with { ModelMaxLength = usable ? json.GetInt32() : null };
            case "added_tokens_decoder":
                return settings with { AddedTokens = ReadDecoder(ref json) };
            default:
                return ReadTokenField(ref json, name, settings);
        }
    }

    private static TokenizerSettings ReadTokenField(ref Utf8JsonReader json, string name, TokenizerSettings settings)
    {
        switch (name)
        {
            case "bos_token":
                return settings with { BosToken = ReadToken(ref json, name) };
            case "eos_token":
                return settings with { EosToken = ReadToken(ref json, name) };
            case "unk_token":
                return settings with { UnkToken = ReadToken(ref json, name) };
            case "sep_token":
                return settings with { SepToken = ReadToken(ref json, name) };
            case "pad_token":
                return settings with { PadToken = ReadToken(ref json, name) };
            case "cls_token":
                return settings with { ClsToken = ReadToken(ref json, name) };
            case "mask_token":
                bool isPlain = json.TokenType != JsonTokenType.StartObject;
                return settings with { MaskToken = ReadToken(ref json, name), HasPlainMask = isPlain };
            case "additional_special_tokens":
                return settings with { AdditionalSpecialTokens = ReadTokens(ref json, settings.AdditionalSpecialTokens) };
            default:
                json.Skip();
                return settings;
        }
    }

    private static bool? ReadFlag(ref Utf8JsonReader json, string name)
    {
        if (json.TokenType == JsonTokenType.Null)
            return null;
        Expect(json.TokenType is JsonTokenType.True or JsonTokenType.False, $"true or false as {name}");
        return json.GetBoolean();
    }

    private static string? ReadText(ref Utf8JsonReader json, string name)
    {
        Expect(json.TokenType is JsonTokenType.String or JsonTokenType.Null, $"a string as {name}");
        return json.GetString();
    }

    private static List<string> ReadNames(ref Utf8JsonReader json, string name)
    {
        List<string> names = [];
        if (json.TokenType == JsonTokenType.Null)
            return names;
        Expect(json.TokenType == JsonTokenType.StartArray, $"a list as {name}");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Expect(json.TokenType == JsonTokenType.String, $"strings in {name}");
            names.Add(json.GetString()!);
        }
        return names;
    }

    private static List<AddedToken> ReadTokens(ref Utf8JsonReader json, IReadOnlyList<AddedToken> known)
    {
        List<AddedToken> tokens = [.. known];
        HashSet<AddedToken> seen = [.. known];
        if (json.TokenType == JsonTokenType.Null)
            return tokens;
        Expect(json.TokenType == JsonTokenType.StartArray, "a list as additional_special_tokens");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (ReadToken(ref json, "additional_special_tokens") is AddedToken token && seen.Add(token))
                tokens.Add(token);
        }
        return tokens;
    }

    private static Dictionary<int, AddedToken> ReadDecoder(ref Utf8JsonReader json)
    {
        Dictionary<int, AddedToken> tokens = [];
        if (json.TokenType == JsonTokenType.Null)
            return tokens;
        Expect(json.TokenType == JsonTokenType.StartObject, "an object as added_tokens_decoder");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            bool isId = int.TryParse(key, System.Globalization.NumberStyles.None, null, out int id);
            Expect(isId, $"ids as the keys of added_tokens_decoder, found '{key}'");
            json.Read();
            Expect(json.TokenType == JsonTokenType.StartObject, $"an object as added token {id}");
            tokens[id] = ReadTokenObject(ref json, $"added token {id}", special: false);
        }
        return tokens;
    }

    /// <summary>A special token: its text alone, or an object that says how it is found. Null says nothing.</summary>
    private static AddedToken? ReadToken(ref Utf8JsonReader json, string name)
    {
        if (json.TokenType == JsonTokenType.Null)
            return null;
        if (json.TokenType == JsonTokenType.StartObject)
            return ReadTokenObject(ref json, name, special: true);
        Expect(json.TokenType == JsonTokenType.String, $"a string or an object as {name}");
        Expect(json.GetString()!.Length > 0, $"a content in {name}");
        // transformers' AlbertTokenizer lets a [MASK] that is given as a plain string take the space before it.
        return new AddedToken(json.GetString()!) { Special = true, LeftStrip = name == "mask_token" };
    }

    private static AddedToken ReadTokenObject(ref Utf8JsonReader json, string name, bool special)
    {
        AddedToken token = new("") { Special = special };
        bool? normalized = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string field = json.GetString()!;
            json.Read();
            switch (field)
            {
                case "content":
                    Expect(json.TokenType == JsonTokenType.String, $"a string as the content of {name}");
                    token = token with { Content = json.GetString()! };
                    break;
                case "lstrip":
                    token = token with { LeftStrip = ReadFlag(ref json, field) ?? false };
                    break;
                case "rstrip":
                    token = token with { RightStrip = ReadFlag(ref json, field) ?? false };
                    break;
                case "single_word":
                    token = token with { SingleWord = ReadFlag(ref json, field) ?? false };
                    break;
                case "normalized":
                    normalized = ReadFlag(ref json, field);
                    break;
                case "special":
                    token = token with { Special = special || (ReadFlag(ref json, field) ?? false) };
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
        Expect(token.Content.Length > 0, $"a content in {name}");
        return token with { Normalized = normalized ?? !token.Special };
    }

    /// <summary><c>added_tokens.json</c>: the ids of tokens beyond the vocabulary, without any other detail.</summary>
    private static TokenizerSettings ReadAddedTokens(SettingsContent file, TokenizerSettings settings)
    {
        Dictionary<int, AddedToken> tokens = [];
        HashSet<string> special = [.. settings.SpecialTokens().Select(token => token.Content)];
        ReadObject(file, settings, (ref json, name, unchanged) =>
        {
            bool isId = json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int id) && id >= 0;
            Expect(isId && name.Length > 0, $"a token's id as '{name}'");
            bool isSpecial = special.Contains(name);
            tokens[json.GetInt32()] = new AddedToken(name) { Special = isSpecial, Normalized = !isSpecial };
            return unchanged;
        });
        return settings with { AddedTokens = tokens };
    }

    private static void Expect(bool condition, string expected)
    {
        if (!condition)
            throw new FormatException($"expected {expected}");
    }
}
