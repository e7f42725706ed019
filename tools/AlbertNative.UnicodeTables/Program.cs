using System.CommandLine;
using AlbertNative.UnicodeTables;

Argument<DirectoryInfo> database = new("database")
{
    Description = "Folder of the Unicode Character Database (UnicodeData.txt, auxiliary/, emoji/, extracted/).",
};
Argument<FileInfo> decisions = new("decisions")
{
    Description = "What BERT's tokenizers decide by character: tools/AlbertNative.UnicodeTables/bert-characters.json.",
};
Argument<FileInfo> output = new("output")
{
    Description = "The source file to write, below src/AlbertNative.Tokenization/Unicode.",
};
Command unicode = new("unicode", "Generates UnicodeTables.g.cs from the Unicode Character Database.") { database, output };
unicode.SetAction(parsed => Write(parsed, TableGenerator.Generate(parsed.GetRequiredValue(database).FullName)));
Command bert = new("bert", "Generates BertTables.g.cs from the measured decisions of BERT's tokenizers.") { decisions, output };
bert.SetAction(parsed => Write(parsed, BertTableGenerator.Generate(parsed.GetRequiredValue(decisions).FullName)));
return new RootCommand("Generates AlbertNative's Unicode tables.") { unicode, bert }.Parse(args).Invoke();

void Write(ParseResult parsed, string source)
{
    string path = parsed.GetRequiredValue(output).FullName;
    File.WriteAllText(path + ".new", source);
    File.Move(path + ".new", path, overwrite: true);
}
