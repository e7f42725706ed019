using AlbertNative.Server;

return await ServeCommand.RunAsync(args);
