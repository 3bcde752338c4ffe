import Wire

/// A thing one protocol said and the other cannot.
public struct Loss: Sendable, Hashable, Codable {
  /// The field, in the words of the protocol it was said in, as in `messages[2].content[0].cache_control`.
  public var path: String
  /// Why it is gone and what, if anything, stands in its place.
  public var reason: String

  /// Makes a loss.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

/// The losses of one translation, in order, duplicates left out.
///
/// Bounded; `omitted` counts what did not fit.
public struct Losses: Sendable {
  /// What was declared, in order; at most 512.
  public private(set) var list: [Loss] = []
  /// How many declarations came after the list was full, repetitions included.
  public private(set) var omitted = 0
  /// Names or types of the tools that were left out, in order; they are in `list`, too.
  public private(set) var tools: [String] = []
  private static let limit = 512

  /// Makes an empty list.
  public init() {}

  /// Whether nothing was declared.
  public var isEmpty: Bool { list.isEmpty }

  /// Declares a loss.
  public mutating func add(_ path: String, _ reason: String) {
    guard list.count < Self.limit else {
      omitted += 1
      return
    }
    let loss = Loss(path: path, reason: reason)
    if !list.contains(loss) { list.append(loss) }
  }

  /// Declares a tool that is left out.
  public mutating func addTool(_ path: String, _ name: String, _ reason: String) {
    add(path, reason)
    if tools.count < Self.limit, !tools.contains(name) { tools.append(name) }
  }

  /// Declares every member that `extensions` kept and the writer of `dialect` cannot restore.
  ///
  /// Nulls say nothing and are no loss.
  public mutating func add(_ extensions: Extensions?, writing dialect: DialectID) {
    guard let extensions, extensions.dialect != dialect else { return }
    for member in extensions.residue.rest where !member.value.isNull {
      let prefix = extensions.path.isEmpty ? "" : extensions.path + "."
      add(prefix + member.key, "\(dialect.displayName) has no equivalent")
    }
    for inner in extensions.nested { add(inner, writing: dialect) }
  }

  /// Declares what a part and the item it stood in kept; an item of several parts is told once.
  public mutating func add(_ part: Part, writing dialect: DialectID) {
    add(part.extensions, writing: dialect)
    add(part.frame?.extensions, writing: dialect)
  }

  /// Declares that an answer which is to be gone on with looks finished: only Anthropic lets a turn pause.
  public mutating func add(_ stop: Stop?, writing dialect: DialectID) {
    guard let stop, stop.reason == .pauseTurn, stop.dialect != dialect else { return }
    add(
      "stop_reason",
      dialect == .gemini ? "Gemini has no equivalent of `pause_turn`" : "`pause_turn` has no equivalent")
  }

  /// Declares what another translation step lost, behind what is here.
  public mutating func append(_ other: Losses) {
    for loss in other.list { add(loss.path, loss.reason) }
    for tool in other.tools where tools.count < Self.limit && !tools.contains(tool) { tools.append(tool) }
    omitted += other.omitted
  }
}
