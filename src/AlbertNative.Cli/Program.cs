using AlbertNative.Cli;

return HostedCommand.Run(CommandLine.Create, args);
