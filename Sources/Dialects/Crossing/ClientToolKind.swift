import Conversation
import Wire

/// One of Responses' tools that the client runs: how it looks as a function.
enum ClientToolKind: String, Sendable, Hashable {
  case localShell = "local_shell"
  case shell
  case applyPatch = "apply_patch"
  case toolSearch = "tool_search"

  /// The kind of a declared tool; nil for those that the vendor runs.
  init?(tool: JSON) {
    self.init(rawValue: tool["type"]?.string ?? "")
    switch self {
    case .shell: if let place = tool["environment"]?["type"]?.string, place != "local" { return nil }
    case .toolSearch: if tool["execution"]?.isString("client") != true { return nil }
    default: break
    }
  }

  /// The `type` of its calls.
  var callType: String { rawValue + "_call" }
  /// The `type` of what they bring.
  var outputType: String { self == .toolSearch ? "tool_search_output" : callType + "_output" }

  // MARK: - As a function

  func function(named name: String, for tool: JSON) -> Tool {
    let description = (tool["description"]?.string ?? self.description) + Self.skills(of: tool)
    let schema = tool["parameters"].flatMap { $0.isObject ? $0 : nil } ?? InputProperty.schema(of: properties)
    return Tool(name: name, description: description, kind: .function(schema: schema, strict: nil))
  }

  /// The skills that lie beside a shell, which the model reads from where they are.
  private static func skills(of tool: JSON) -> String {
    let skills = (tool["environment"]?["skills"] ?? .null).elements.compactMap { skill -> String? in
      guard let name = skill["name"]?.string, let path = skill["path"]?.string else { return nil }
      return "\n- \(name) (\(path)): \(skill["description"]?.string ?? "")"
    }
    return skills.isEmpty ? "" : "\n\nSkills that can be read there:" + skills.joined()
  }

  private var description: String {
    switch self {
    case .localShell: "Runs a command on the user's machine and returns its output."
    case .shell: "Runs shell commands on the user's machine, one after the other, and returns their output."
    case .applyPatch:
      "Creates, updates or deletes one file on the user's machine. The diff of an update is in the V4A format: hunks "
        + "that begin with a line @@, with lines that begin with a space, - or +. The diff of a new file is all its "
        + "lines, each with + before it."
    case .toolSearch: "Searches for more tools by what they do; those found can be called afterwards."
    }
  }

  private var properties: [InputProperty] {
    let timeout = InputProperty(
      name: "timeout_ms", kind: .number, description: "Milliseconds after which it is stopped.")
    switch self {
    case .localShell:
      return [
        InputProperty(name: "command", kind: .texts, isRequired: true, description: "The program and its arguments."),
        InputProperty(name: "working_directory", kind: .text, description: "Where to run it."), timeout,
      ]
    case .shell:
      return [
        InputProperty(name: "commands", kind: .texts, isRequired: true, description: "The commands, for a shell each."),
        timeout,
        InputProperty(
          name: "max_output_length", kind: .number, description: "The most characters of output to return."),
      ]
    case .applyPatch:
      return [
        InputProperty(
          name: "type", kind: .word(["create_file", "update_file", "delete_file"]), isRequired: true,
          description: "What to do with the file."),
        InputProperty(name: "path", kind: .text, isRequired: true, description: "The file."),
        InputProperty(name: "diff", kind: .text, description: "The new file or its changes; none to delete it."),
      ]
    case .toolSearch:
      return [
        InputProperty(name: "query", kind: .text, isRequired: true, description: "What the tool should do."),
        InputProperty(name: "limit", kind: .number, description: "The most tools to find."),
      ]
    }
  }

  // MARK: - Calls

  /// The item of a call; nil where the input lacks what the tool needs.
  func item(_ input: JSON, callID: String) -> JSON? {
    switch self {
    case .localShell:
      guard input["command"]?.isArray == true else { return nil }
      return item(callID, "lsh_") { writer in
        writer.object("action") { writer in
          writer.member("type", static: "exec")
          Self.copy(input, into: &writer)
          if input["env"]?.isObject != true { writer.object("env") { _ in } }
        }
      }
    case .shell:
      guard input["commands"]?.isArray == true else { return nil }
      return item(callID, "sh_") { writer in
        writer.object("action") { writer in
          Self.copy(input, into: &writer)
          for name in ["timeout_ms", "max_output_length"] as [StaticString] where input[name] == nil {
            writer.nullMember(name)
          }
        }
      }
    case .applyPatch:
      guard input["type"]?.isString == true, input["path"]?.isString == true else { return nil }
      return item(callID, "apc_") { $0.member("operation", input) }
    case .toolSearch:
      return item(callID, "tsc_") { writer in
        writer.member("execution", static: "client")
        writer.member("arguments", input)
      }
    }
  }

  private func item(_ callID: String, _ prefix: String, _ body: (inout JSONWriter) -> Void) -> JSON {
    JSON { writer in
      writer.object { writer in
        writer.member("id", prefix + callID)
        writer.member("type", callType)
        writer.member("status", static: "completed")
        writer.member("call_id", callID)
        body(&writer)
      }
    }
  }

  private static func copy(_ input: JSON, into writer: inout JSONWriter) {
    for member in input.members where !member.isNamed("type") {
      writer.key(named: member.key)
      writer.value(member.value)
    }
  }

  /// What a call's item said, as a function's arguments.
  func input(of item: JSON) -> JSON {
    switch self {
    case .localShell, .shell:
      JSON { writer in
        writer.object { writer in
          for member in (item["action"] ?? .null).members where !member.isNamed("type") && !member.value.isNull {
            if member.value.isObject, member.value.members.isEmpty { continue }
            writer.key(named: member.key)
            writer.value(member.value)
          }
        }
      }
    case .applyPatch: item["operation"] ?? .emptyObject
    case .toolSearch: item["arguments"] ?? .emptyObject
    }
  }

  /// What a call brought, as a function's result.
  func result(of item: JSON) -> (text: String, isError: Bool) {
    let output = item["output"]
    switch self {
    case .localShell, .shell: return (output?.string ?? output?.text ?? "", false)
    case .applyPatch:
      let status = item["status"]?.string ?? "completed"
      return (output?.string ?? status, status == "failed")
    case .toolSearch:
      let names = (item["tools"] ?? .null).elements.flatMap { tool -> [String] in
        guard let name = tool["name"]?.string else { return [] }
        guard let inner = tool["tools"] else { return [name] }
        return inner.elements.compactMap { $0["name"]?.string.map { "\(name)/\($0)" } }
      }
      return (names.isEmpty ? "nothing was found" : "can be called now: " + names.joined(separator: ", "), false)
    }
  }
}
