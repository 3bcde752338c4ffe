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

/// Where a loss is, before the protocol that said it has put it in its own words.
public enum LossPlace: Sendable, Hashable {
  /// In words already.
  case words(String)
  /// A setting; `below` is what stands behind its name, as in `properties.tags`, or empty.
  case setting(Setting, below: String)
  /// A field of the tool declared at `path`.
  case tool(path: String, ToolField, below: String)
  /// A piece of an answer; `part` counts the parts of the candidate.
  case answer(AnswerField, candidate: Int, part: Int)

  /// The place where nobody is known to have said it.
  public var neutral: String {
    switch self {
    case .words(let words): words
    case .setting(let setting, let below): Self.join(setting.rawValue, below)
    case .tool(let path, let field, let below): Self.join("\(path).\(field.rawValue)", below)
    case .answer(.part, _, let part): "content[\(part)]"
    case .answer(.candidate, let candidate, _): "candidates[\(candidate)]"
    case .answer(let field, _, let part): "content[\(part)].\(field.rawValue)"
    }
  }

  /// What stands inside the place.
  public func inside(_ name: String) -> LossPlace {
    switch self {
    case .words(let words): .words(Self.join(words, name))
    case .setting(let setting, let below): .setting(setting, below: Self.join(below, name))
    case .tool(let path, let field, let below): .tool(path: path, field, below: Self.join(below, name))
    case .answer: self
    }
  }

  /// A path with what stands behind it.
  public static func join(_ path: String, _ below: String) -> String {
    path.isEmpty ? below : below.isEmpty ? path : "\(path).\(below)"
  }
}

/// The losses of one translation, in order, duplicates left out.
///
/// Bounded; `omitted` counts what did not fit.
public struct Losses: Sendable {
  private struct Declared: Sendable, Hashable {
    var place: LossPlace
    var reason: String
  }

  private var declared: [Declared] = []
  /// The same, once there are many.
  private var known: Set<Declared>?
  /// How many declarations came after the list was full, repetitions included.
  public private(set) var omitted = 0
  /// Names or types of the tools that were left out, in order; they are in `list`, too.
  public private(set) var tools: [String] = []
  private static let limit = 512
  /// So many are looked through one by one.
  private static let few = 16

  /// Makes an empty list.
  public init() {}

  /// What was declared, in order; at most 512.
  public var list: [Loss] { declared.map { Loss(path: $0.place.neutral, reason: $0.reason) } }

  /// Whether nothing was declared.
  public var isEmpty: Bool { declared.isEmpty }

  /// Declares a loss.
  public mutating func add(_ place: LossPlace, _ reason: String) {
    guard declared.count < Self.limit else {
      omitted += 1
      return
    }
    let loss = Declared(place: place, reason: reason)
    if known == nil, declared.count == Self.few { known = Set(declared) }
    let isNew = known?.insert(loss).inserted ?? !declared.contains(loss)
    if isNew { declared.append(loss) }
  }

  /// Declares a loss at a place in the words of the protocol it was said in.
  public mutating func add(_ path: String, _ reason: String) { add(.words(path), reason) }

  /// Declares the loss of a setting, or of what stands `below` it.
  public mutating func add(_ setting: Setting, below: String = "", _ reason: String) {
    add(.setting(setting, below: below), reason)
  }

  /// Declares the loss of a tool's field, or of what stands `below` it.
  public mutating func add(_ tool: Tool, _ field: ToolField, below: String = "", _ reason: String) {
    add(.tool(path: tool.place, field, below: below), reason)
  }

  /// Declares the loss of a piece of an answer; `part` is known by its own place where it has one.
  public mutating func add(
    _ field: AnswerField, of part: Part? = nil, at index: Int, candidate: Int = 0, _ reason: String
  ) {
    if field == .part, let path = part?.path {
      add(.words(path), reason)
    } else {
      add(.answer(field, candidate: candidate, part: index), reason)
    }
  }

  /// Declares the loss of a stream event: of its type where events have types, else of each member it carries.
  ///
  /// Nulls and empty lists say nothing and are no loss.
  public mutating func add(_ event: OpaqueEvent, _ reason: String) {
    guard let place = event.place else { return add(event.name ?? "event", reason) }
    for member in event.json.members where !member.isNamed("index") && !Self.saysNothing(member.value) {
      add(LossPlace.join(place, member.key), reason)
    }
  }

  /// Declares the words that a citation quotes, which only Anthropic sends along.
  ///
  /// What Gemini calls so is the answer's own text.
  public mutating func add(_ citation: Annotation, at index: Int, candidate: Int = 0, writing dialect: DialectID) {
    guard citation.original?.dialect == .anthropic, dialect != .anthropic, citation.citedText?.isEmpty == false else {
      return
    }
    add(.annotations, at: index, candidate: candidate, "the words a citation quotes have no equivalent")
  }

  /// Declares the words that tell the model what an answer's schema is for.
  public mutating func add(_ format: JSONSchemaFormat, writing dialect: DialectID) {
    add(format.extensions, writing: dialect)
    guard format.description?.isEmpty == false, let path = format.extensions?.path else { return }
    add(path + ".description", "\(dialect.displayName) has no equivalent")
  }

  /// Puts every place in words.
  public mutating func name(_ words: (LossPlace) -> String) {
    let unnamed = declared
    declared = []
    known = nil
    for loss in unnamed { add(.words(words(loss.place)), loss.reason) }
  }

  /// Declares a tool that is left out.
  public mutating func addTool(_ path: String, _ name: String, _ reason: String) {
    add(path, reason)
    if tools.count < Self.limit, !tools.contains(name) { tools.append(name) }
  }

  /// Declares every member that `extensions` kept and the writer of `dialect` cannot restore.
  ///
  /// Nulls and empty lists say nothing, repetitions nothing new: they are no loss.
  public mutating func add(_ extensions: Extensions?, writing dialect: DialectID) {
    guard let extensions, extensions.dialect != dialect else { return }
    // Nearly always so.
    if extensions.holdsNothing { return }
    for member in extensions.residue.rest
    where !Self.saysNothing(member.value) && !extensions.repeated.contains(member.key) {
      let prefix = extensions.path.isEmpty ? "" : extensions.path + "."
      add(prefix + member.key, "\(dialect.displayName) has no equivalent")
    }
    for inner in extensions.nested { add(inner, writing: dialect) }
  }

  private static func saysNothing(_ value: JSON) -> Bool { value.isNull || value.isArray && value.elements.isEmpty }

  /// Declares what a part and the item it stood in kept; an item of several parts is told once.
  public mutating func add(_ part: Part, writing dialect: DialectID) {
    // What a vendor ran is told in other words, or lost as a whole, which its writer declares.
    if case .opaque(let opaque) = part.content, opaque.hosted != nil {} else { add(part.extensions, writing: dialect) }
    add(part.frame?.extensions, writing: dialect)
  }

  /// Declares that an answer which is to be gone on with looks finished, for only Anthropic lets a turn pause, and
  /// what Gemini says of an end that no other protocol has words for.
  public mutating func add(_ stop: Stop?, writing dialect: DialectID) {
    guard let stop, stop.dialect != dialect else { return }
    if stop.dialect == .gemini, stop.message?.isEmpty == false, stop.reason != .refusal || dialect != .anthropic {
      add("candidates[0].finishMessage", "\(dialect.displayName) has no equivalent")
    }
    guard stop.reason == .pauseTurn else { return }
    add(
      "stop_reason",
      dialect == .gemini ? "Gemini has no equivalent of `pause_turn`" : "`pause_turn` has no equivalent")
  }

  /// Declares what another translation step lost, behind what is here.
  public mutating func append(_ other: Losses) {
    for loss in other.declared { add(loss.place, loss.reason) }
    for tool in other.tools where tools.count < Self.limit && !tools.contains(tool) { tools.append(tool) }
    omitted += other.omitted
  }
}
