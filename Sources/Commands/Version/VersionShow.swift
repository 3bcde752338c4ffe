import ArgumentParser
import Console

/// Shows the version.
struct VersionShow: AorCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Show the version of aor")
  static let jsonFields = BuildInformation.fieldNames

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    if output.json != nil { return try output.show(BuildInformation(), details: Details(), in: context) }
    try context.print("aor \(VersionNumber.current)")
  }
}

/// What is known of this build.
struct BuildInformation: Displayable {
  static let columns = [Table.Column("VERSION")]

  static var fields: [Field<BuildInformation>] {
    [Field("version") { _ in .text(VersionNumber.current) }, Field("platform") { _ in .text(platform) }]
  }

  private static var platform: String {
    #if os(macOS)
      "macOS"
    #else
      "Linux"
    #endif
  }

  func cells(in context: CommandContext) -> [Table.Cell] { [Table.Cell(VersionNumber.current)] }
}
