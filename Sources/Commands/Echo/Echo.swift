import ArgumentParser
import Console
import Conversation
import Gateway
import NIOCore
import NIOPosix

/// Runs an upstream that answers from the prompt.
struct Echo: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo", abstract: "Run an upstream that answers from the prompt",
    discussion: HelpText.make(
      "For trying routes and agents without a key. What the user says comes back; a prompt that begins with `call TOOL "
        + "{json}` calls a declared tool, `think TEXT` thinks first, `error STATUS` fails.",
      examples: [
        ("Start one", "aor echo --port 9000"),
        (
          "Make it a provider",
          "aor provider add echo --protocol openai-chat --base-url http://127.0.0.1:9000/v1 --auth none"
        ),
      ]))

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp("The only protocol to speak; all of them otherwise", valueName: "protocol"))
  var dialect: DialectID?
  @Option(help: ArgumentHelp("Port to listen on; 0 takes any free one", valueName: "number")) var port = 0
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    if !(0...65535).contains(port) { throw UserFacingError.usage("`--port` must be between 0 and 65535: \(port)") }
  }

  func run(in context: CommandContext) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let signals = StopSignals()
    signals.waitUntilHeard()
    let server = EchoServer(group: group, dialect: dialect)
    var address = ListenAddress(host: "127.0.0.1", port: port)
    do {
      address.port = try await server.listen(host: address.host, port: address.port)
    } catch {
      throw address.translate(error, in: try context.directories())
    }
    try context.print("aor echo listening on \(address.url)")
    await signals.next()
    await server.close()
    signals.finish()
    try? await group.shutdownGracefully()
  }
}
