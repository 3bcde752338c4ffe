import ArgumentParser
import Console
import Foundation
import Gateway
import NIOPosix
import Routing
import Store
import Upstream

/// Runs the proxy in the foreground.
struct Serve: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the gateway in the foreground",
    discussion: HelpText.make(
      "Listens on `server.host` and `server.port` and prints its address on standard output and a line per exchange on "
        + "standard error. Ctrl-C lets answers under way finish; a second one cuts them.",
      examples: [
        ("On the usual port", "aor serve"), ("On any free port", "aor serve --port 0"),
        ("With another group at the root", "aor serve --group work"),
      ]))

  @Option(help: ArgumentHelp("Port to listen on; 0 takes any free one", valueName: "number")) var port: Int?
  @Option(help: ArgumentHelp("Address to listen on; beyond loopback `server.key` must be set", valueName: "address"))
  var host: String?
  @Option(
    help: ArgumentHelp("Group to serve at the root instead of the default one", valueName: "name"),
    completion: CompletionValues.groups) var group: String?
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    if let port, !(0...65535).contains(port) {
      throw UserFacingError.usage("`--port` must be between 0 and 65535: \(port)")
    }
  }

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    if let group { _ = try store.groups.require(group) }
    let settings = try store.snapshots.read().settings
    let address = ListenAddress(host: host ?? settings.host, port: port ?? settings.port)
    try address.check(hasKey: settings.serverKey?.isEmpty == false)
    try CurlTransport.preload()

    let process = try await GatewayProcess(context: context, store: store, defaultGroup: group)
    do {
      let bound = try await process.listen(address)
      try context.print("aor \(VersionNumber.current) listening on \(bound)")
      if try store.providers.list().isEmpty { sayFirstSteps(in: context) }
      try await process.serve()
    } catch {
      await process.close()
      throw error
    }
    await process.close()
  }

  private func sayFirstSteps(in context: CommandContext) {
    context.warn("there is no provider yet, so every request is answered 503; run")
    for command in RoutingError.firstSteps { context.note("  \(command)") }
  }
}
