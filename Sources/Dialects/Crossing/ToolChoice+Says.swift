import Conversation

extension ToolChoice {
  /// Whether another choice is the same; opaque ones are compared as JSON.
  func says(_ other: ToolChoice) -> Bool {
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
