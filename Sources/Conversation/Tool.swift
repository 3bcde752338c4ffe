import Wire

/// A tool the model may call.
public struct Tool: Sendable {
  /// What kind of tool it is.
  public enum Kind: Sendable {
    /// Called with a JSON object; `schema` nil means none was given.
    case function(schema: JSON?, strict: Bool?)
    /// Called with free text; `format` is OpenAI's grammar object.
    case custom(format: JSON?)
    /// Run by the vendor, and common enough to translate.
    case hosted(HostedTool)
    /// Run by the vendor, and known to one protocol only.
    case opaque(OpaquePart)
  }

  /// Empty for opaque tools without a name.
  public var name: String
  /// What the tool does, in words for the model.
  public var description: String?
  /// How the tool is called, or who runs it.
  public var kind: Kind
  /// Responses: the `namespace` tool this one was declared in.
  ///
  /// Consecutive tools of one namespace belong together.
  public var namespace: ToolNamespace?
  /// What the reader did not understand of the tool object.
  public var extensions: Extensions?
  /// Where it was declared, once its extensions are gone.
  private var formerPlace: String?

  /// Where the tool was declared, in its protocol's words.
  public var place: String {
    if let path = extensions?.path ?? formerPlace { return path }
    switch kind {
    case .hosted(let hosted) where !hosted.original.path.isEmpty: return hosted.original.path
    case .opaque(let opaque) where !opaque.path.isEmpty: return opaque.path
    default: return "tools"
    }
  }

  /// Lets go of what only the protocol it was declared in knows.
  public mutating func forgetExtensions() {
    formerPlace = place
    extensions = nil
  }

  /// The same tool, known by the place of the one it stands for.
  public func declared(at place: String) -> Tool {
    var tool = self
    tool.formerPlace = place
    return tool
  }

  /// Makes a tool.
  public init(
    name: String, description: String? = nil, kind: Kind, namespace: ToolNamespace? = nil, extensions: Extensions? = nil
  ) {
    self.name = name
    self.description = description
    self.kind = kind
    self.namespace = namespace
    self.extensions = extensions
  }
}

/// A group of tools under one name.
public struct ToolNamespace: Sendable {
  /// The namespace's name, which its calls repeat.
  public var name: String
  /// What the group is for, in words for the model.
  public var description: String?
  /// What the reader did not understand of the namespace object.
  public var extensions: Extensions?

  /// Makes a namespace.
  public init(name: String, description: String? = nil, extensions: Extensions? = nil) {
    self.name = name
    self.description = description
    self.extensions = extensions
  }
}

/// A vendor-run tool with equals in other protocols.
public struct HostedTool: Sendable {
  /// What it does.
  public enum Kind: String, Sendable, Hashable {
    case webSearch = "web_search"
    case webFetch = "web_fetch"
    case codeExecution = "code_execution"
  }

  /// What it does.
  public var kind: Kind
  /// The tool as declared, for its own protocol's writer.
  public var original: OpaquePart

  /// Makes a vendor-run tool.
  public init(_ kind: Kind, original: OpaquePart) {
    self.kind = kind
    self.original = original
  }
}

/// Which tool the model must, may or must not call.
public enum ToolChoice: Sendable {
  case auto
  case none
  /// Any tool, but one.
  case required
  case tool(name: String, kind: ToolCall.Kind)
  /// Only these; `required` says whether one must be called.
  case allowed(names: [String], required: Bool)
  case opaque(OpaquePart)
}

extension ToolChoice {
  /// Whether another choice is the same; opaque ones are compared as JSON.
  public func says(_ other: ToolChoice) -> Bool {
    switch (self, other) {
    case (.auto, .auto), (.none, .none), (.required, .required): true
    case (.tool(let name, let kind), .tool(let otherName, let otherKind)): name == otherName && kind == otherKind
    case (.allowed(let names, let required), .allowed(let otherNames, let otherRequired)):
      names == otherNames && required == otherRequired
    case (.opaque(let part), .opaque(let otherPart)): part.json == otherPart.json
    default: false
    }
  }
}
