import Conversation
import Wire

/// One of Anthropic's tools that the client runs and whose input schema only Claude has: how it looks as a function.
///
/// A call of the function is the `tool_use` that the client expects, under the tool's own name, and history and choice
/// name it the same way, so nothing else changes. Computer use is not among them: its coordinates are pixels of a
/// screenshot that other vendors' models see at a size of their own.
/// Formats: https://platform.claude.com/docs/en/agents-and-tools/tool-use/bash-tool, …/text-editor-tool, …/memory-tool
enum AnthropicClientTool {
  case bash
  /// `insertsText`: the member of what is inserted is `insert_text`, and nothing can be undone (from Claude 4 on).
  case textEditor(insertsText: Bool)
  case memory

  /// Nil for every other tool; the types end in a date.
  init?(type: String) {
    if type.hasPrefix("bash_2") {
      self = .bash
    } else if type.hasPrefix("text_editor_2") {
      self = .textEditor(insertsText: !["text_editor_20241022", "text_editor_20250124"].contains(type))
    } else if type.hasPrefix("memory_2") {
      self = .memory
    } else {
      return nil
    }
  }

  /// Begin the types as they stand in a body, for a look at its bytes.
  static let words: [StaticString] = ["\"bash_2", "\"text_editor_2", "\"memory_2"]

  /// Declares such tools as functions, in place.
  static func declare(in tools: inout [Tool]) {
    for index in tools.indices {
      guard case .opaque(let opaque) = tools[index].kind, opaque.dialect == .anthropic, !tools[index].name.isEmpty,
        let tool = AnthropicClientTool(type: opaque.type)
      else { continue }
      tools[index] = AnthropicMessages.readTool(tool.declaration(for: opaque.json), path: opaque.path)
    }
  }

  /// The tool as its client would have declared a function of its own, with all else that it says of it.
  private func declaration(for tool: JSON) -> JSON {
    JSON { writer in
      writer.object { writer in
        if let name = tool["name"] { writer.member("name", name) }
        writer.member("description", description(for: tool))
        writer.member("input_schema", InputProperty.schema(of: properties))
        for member in tool.members where !["type", "name", "max_characters"].contains(member.key) {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
  }

  private func description(for tool: JSON) -> String {
    switch self {
    case .bash:
      return "Runs a command in a bash session on the user's machine and returns its output. The session lasts: "
        + "directory, variables and files stay from one command to the next."
    case .textEditor(let insertsText):
      let inserted = insertsText ? "insert_text" : "new_str"
      var text =
        "Views, creates and edits text files on the user's machine. `view` shows a file with its line numbers, or lists "
        + "a directory; `create` writes a new file; `str_replace` puts `new_str` in the place of `old_str`, which must "
        + "stand in the file exactly once, white space included; `insert` puts `\(inserted)` behind a line."
      if !insertsText { text += " `undo_edit` takes the last edit of a file back." }
      if let limit = tool["max_characters"]?.int { text += " A view ends after \(limit) characters." }
      return text
    case .memory:
      return "Keeps notes in files below `/memories`, which outlast this conversation. View `/memories` before you "
        + "begin, for notes of earlier work may be there, and note in time what must not be lost."
    }
  }

  // MARK: - Input

  private var properties: [InputProperty] {
    switch self {
    case .bash:
      [
        InputProperty(name: "command", kind: .text, description: "The command; needed unless `restart` is true."),
        InputProperty(name: "restart", kind: .flag, description: "True begins a new session."),
      ]
    case .textEditor(let insertsText):
      Self.editing(
        ["view", "create", "str_replace", "insert"] + (insertsText ? [] : ["undo_edit"]), insertsText: insertsText,
        path: InputProperty(name: "path", kind: .text, isRequired: true, description: "The file or directory."))
    case .memory:
      Self.editing(
        ["view", "create", "str_replace", "insert", "delete", "rename"], insertsText: true,
        path: InputProperty(
          name: "path", kind: .text, description: "The file or directory, as in `/memories/notes.md`; not for `rename`."
        ))
        + [
          InputProperty(name: "old_path", kind: .text, description: "`rename`: the name that was."),
          InputProperty(name: "new_path", kind: .text, description: "`rename`: the name that shall be."),
        ]
    }
  }

  private static func editing(_ commands: [String], insertsText: Bool, path: InputProperty) -> [InputProperty] {
    let inserted = InputProperty(name: "insert_text", kind: .text, description: "`insert`: the text.")
    return [
      InputProperty(name: "command", kind: .word(commands), isRequired: true, description: "What to do."), path,
      InputProperty(
        name: "view_range", kind: .numbers,
        description: "`view`: the first and last line to show, counted from 1; -1 as the last is the end of the file."),
      InputProperty(name: "file_text", kind: .text, description: "`create`: the whole file."),
      InputProperty(name: "old_str", kind: .text, description: "`str_replace`: the text to replace."),
      InputProperty(
        name: "new_str", kind: .text,
        description: "`str_replace`: the text in its place." + (insertsText ? "" : " `insert`: the text.")),
      InputProperty(
        name: "insert_line", kind: .number,
        description: "`insert`: the line to put the text behind; 0 is the beginning of the file."),
    ] + (insertsText ? [inserted] : [])
  }
}
