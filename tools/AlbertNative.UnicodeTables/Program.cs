using System.CommandLine;
using AlbertNative.UnicodeTables;

Argument<DirectoryInfo> database = new("database")
{
    Description = "Folder of the Unicode Character Database (UnicodeData.txt, auxiliary/, emoji/, extracted/).",
};
Argument<FileInfo> output = new("output")
{
    Description = "The source file to write: src/AlbertNative.Tokenization/Unicode/UnicodeTables.g.cs.",
};
RootCommand command = new("Generates AlbertNative's Unicode tables from the Unicode Character Database.") { database, output };
command.SetAction(parsed =>
{
    string source = TableGenerator.Generate(parsed.GetRequiredValue(database).FullName);
    string path = parsed.GetRequiredValue(output).FullName;
    File.WriteAllText(path + ".new", source);
    File.Move(path + ".new", path, overwrite: true);
});
return command.Parse(args).Invoke();
