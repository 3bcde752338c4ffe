import Foundation
import TestSupport
import Testing

/// Series of commands, each whole: standard output, standard error and status.
///
/// The snapshots are the expectation; read their differences as you would read code.
struct CommandTests {
  private func check(_ session: AorSession, _ name: String) throws {
    #expect(session.leaks.isEmpty, "the planted token came out of: \(session.leaks)")
    if let mismatch = try Snapshot.mismatch(session.text, name) { Issue.record(Comment(rawValue: mismatch)) }
  }

  private func withProviders() throws -> AorSession {
    let session = try AorSession()
    try session.run("provider", "add", "deepseek", "--token-stdin", input: AorSession.token + "\n")
    try session.run("provider", "add", "ollama")
    return session
  }

  @Test func `provider: adding, listing, showing`() throws {
    let session = try AorSession()
    try session.run("provider", "list")
    try session.run("provider", "add", "deepseek", "--token-stdin", input: AorSession.token + "\n")
    try session.run("provider", "add", "ollama", "--json", "name,state,endpoints")
    session.environment["WORK_KEY"] = AorSession.token
    try session.run("provider", "add", "work", "--preset", "openai", "--token-env", "WORK_KEY")
    try session.run(
      "provider", "add", "main", "--protocol", "openai-chat", "--base-url",
      "https://llm.example.com/v1/chat/completions", "--token-stdin", input: AorSession.token)
    try session.run("provider", "list")
    try session.run("provider", "list", "--json", "name,preset,state,accounts")
    try session.run("provider", "show", "main")
    try session.run("provider", "show", "MAIN", "--json")
    try session.run("provider", "show", "--json", "main")
    session.environment["AOR_FORCE_TTY"] = "80"
    session.environment["AOR_PAGER"] = "cat"
    session.environment["NO_COLOR"] = "1"
    try session.run("provider", "list")
    try session.run("provider", "show", "deepseek")
    try check(session, "provider-add")
  }

  @Test func `provider: mistakes`() throws {
    let session = try withProviders()
    try session.run("provider", "add", "deepsek")
    try session.run("provider", "add", "openai")
    try session.run("provider", "add", "openai", "--token-stdin", input: " \n")
    try session.run("provider", "add", "openai", "--token-stdin", input: "two words")
    try session.run("provider", "add", "openai", "--token-env", "NOT_SET")
    try session.run("provider", "add", "openai", "--token-stdin", "--token-env", "X")
    try session.run("provider", "add", "deepseek", "--token-stdin", input: AorSession.token)
    try session.run("provider", "add", "bad name", "--preset", "openai")
    try session.run("provider", "add", "x", "--preset", "opnai")
    try session.run("provider", "add", "x", "--protocol", "openai-chat")
    try session.run("provider", "add", "x", "--protocol", "chat", "--base-url", "https://x.example.com")
    try session.run("provider", "add", "x", "--base-url", "ftp://x.example.com")
    try session.run("provider", "add", "x", "--base-url", "https://user:pass@x.example.com")
    try session.run("provider", "add")
    try session.run("provider", "add", "x", "https://x.example.com/v1")
    try session.run("provider", "show", "deepsek")
    try session.run("provider", "list", "--json", "nmae")
    try session.run("provider", "lsit")
    try session.run("provder", "list")
    try session.run("provider", "list", "--jsn")
    try session.run("provider", "--jsn")
    try check(session, "provider-mistakes")
  }

  @Test func `provider: changing and removing`() throws {
    let session = try withProviders()
    try session.run("provider", "edit", "ollama", "--base-url", "http://127.0.0.1:9999/v1", "--protocol", "openai-chat")
    try session.run("provider", "edit", "ollama", "--name", "local", "--models", "a,b")
    try session.run(
      "provider", "edit", "local", "--set", "developerRole=true", "--set", "timeouts.idle=600", "--set",
      "maxTokensField=max_completion_tokens")
    try session.run("provider", "edit", "local", "--proxy", "socks5://me:\(AorSession.token)@127.0.0.1:1080")
    session.environment["LAB_PROXY"] = "socks5://me:\(AorSession.token)@127.0.0.1:1080"
    try session.run("provider", "edit", "local", "--proxy-env", "LAB_PROXY")
    try session.run("provider", "show", "local")
    try session.run("provider", "edit", "local", "--set", "developRole=true")
    try session.run("provider", "edit", "local", "--set", "developerRole=perhaps")
    try session.run("provider", "edit", "local", "--set", "maxTokensField=other")
    try session.run("provider", "edit", "local")
    try session.run("provider", "edit", "deepseek", "--base-url", "https://other.example.com/v1")
    try session.run("provider", "disable", "local")
    try session.run("provider", "list", "--json", "name,enabled,state")
    try session.run("provider", "enable", "local")
    try session.run("route", "set", "default", "local/", "deepseek/")
    try session.run("route", "set", "only", "local/")
    try session.run("provider", "remove", "local")
    try session.run("provider", "remove", "local", "--force")
    try session.run("provider", "remove", "local", "--force", "--yes")
    try session.run("route", "list")
    try session.run("provider", "remove", "nobody", "--yes")
    try check(session, "provider-edit")
  }

  @Test func `account: every verb`() throws {
    let session = try withProviders()
    try session.run("account", "add", "deepseek", "work", "--token-stdin", input: AorSession.token)
    try session.run("account", "add", "deepseek", "--token-stdin", input: AorSession.token)
    try session.run("account", "add", "deepseek", "--replace", "--token-stdin", input: AorSession.token)
    try session.run("account", "add", "deepseek", "third")
    try session.run("account", "add", "nobody", "--token-stdin", input: AorSession.token)
    try session.run("account", "list")
    try session.run("account", "list", "deepseek", "--json")
    try session.run("account", "show", "deepseek", "work")
    try session.run("account", "rename", "deepseek", "work", "office")
    try session.run("account", "disable", "deepseek", "office")
    try session.run("account", "list", "deepseek")
    try session.run("account", "enable", "deepseek", "office")
    try session.run("account", "show", "deepseek", "ofice")
    try session.run("account", "remove", "deepseek", "office")
    try session.run("account", "remove", "deepseek", "office", "--yes")
    try session.run("account", "list", "ollama")
    try check(session, "account")
  }

  @Test func `group: every verb`() throws {
    let session = try withProviders()
    try session.run("group", "list")
    try session.run("group", "add", "work", "--no-direct")
    try session.run("group", "add", "work")
    try session.run("group", "add", "no spaces")
    try session.run("route", "set", "default", "ollama/", "--group", "work")
    try session.run("group", "list", "--json")
    try session.run("group", "show", "work")
    try session.run("group", "show", "wrok")
    try session.run("group", "default")
    try session.run("group", "default", "work")
    try session.run("group", "remove", "work", "--yes")
    try session.run("group", "default", "default")
    try session.run("group", "remove", "work")
    try session.run("group", "remove", "work", "-y")
    try session.run("group", "list")
    try check(session, "group")
  }

  @Test func `route: every verb`() throws {
    let session = try withProviders()
    try session.run("route", "list")
    try session.run("route", "set", "default", "ollama/")
    try session.run("route", "set", "claude-*", "deepseek/deepseek-chat", "ollama/")
    try session.run("route", "set", "=gpt-5", "deepseek/deepseek-chat")
    try session.run("route", "set", "claude-*", "deepseek/")
    try session.run("route", "set", "default", "depseek/")
    try session.run("route", "set", "default", "deepseek")
    try session.run("route", "set", " ", "deepseek/")
    try session.run("route", "set", "default")
    try session.run("route", "set", "default", "ollama/", "--group", "nowhere")
    try session.run("route", "move", "=gpt-5", "--first")
    try session.run("route", "move", "=gpt-5")
    try session.run("route", "move", "=gpt-5", "--after", "claude")
    try session.run("route", "list")
    try session.run("route", "list", "--json", "pattern,targets")
    try session.run("route", "remove", "=gpt-5")
    try session.run("route", "remove", "=gpt-5", "--yes")
    try session.run("route", "remove", "=gpt-5", "--yes")
    try check(session, "route")
  }

  @Test func `route: explaining and templates`() throws {
    let session = try withProviders()
    try session.run("route", "explain", "gpt-5")
    try session.run("route", "template")
    try session.run("route", "template", "claude-code")
    try session.run("route", "template", "claude-code", "deepseek")
    try session.run("route", "template", "claude-code", "deepseek")
    try session.run("route", "template", "claude-cod")
    try session.run("route", "explain", "claude-sonnet-4-5")
    try session.run("route", "explain", "claude-sonnet-4-5", "--protocol", "anthropic", "--json")
    try session.run("route", "explain", "deepseek/x", "--protocol", "gemini", "--json", "candidates")
    session.environment["AOR_FORCE_TTY"] = "80"
    session.environment["AOR_PAGER"] = "cat"
    session.environment["NO_COLOR"] = "1"
    try session.run("route", "explain", "claude-sonnet-4-5")
    try check(session, "route-explain")
  }

  @Test func `config: every verb`() throws {
    let session = try AorSession()
    try session.run("config", "list")
    try session.run("config", "set", "server.port", "9000")
    try session.run("config", "get", "server.port")
    try session.run("config", "set", "server.key", "--stdin", input: AorSession.token + "\n")
    try session.run("config", "get", "server.key")
    try session.run("config", "get", "server.key", "--json")
    try session.run("config", "list", "--json", "key,value,isSet")
    try session.run("config", "set", "server.key", "not-here")
    try session.run("config", "set", "server.key")
    try session.run("config", "set", "server.port")
    try session.run("config", "set", "server.port", "70000")
    try session.run("config", "set", "server.prot", "1")
    try session.run("config", "set", "server.allowedHosts", "one.lan,two.lan")
    try session.run("config", "get", "server.allowedHosts", "--json", "value")
    try session.run("config", "unset", "server.key")
    try session.run("config", "unset", "server.key")
    try session.run("config", "unset", "server.port")
    try session.run("config", "path")
    try check(session, "config")
  }

  @Test func `model, status, version, help, completion`() throws {
    let session = try withProviders()
    try session.run("model", "list", "deepseek")
    try session.run("model", "list", "deepseek", "--json", "name")
    try session.run("model", "list", "nobody")
    try session.run("status")
    try session.run("status", "--json")
    try session.run("--version")
    try session.run("version")
    try session.run("version", "--json", "version")
    try session.run("help", "routing")
    try session.run("help", "rooting")
    try session.run("help", "provider", "remove")
    try session.run("completion", "tcsh")
    try session.run("--color", "never", "group", "list")
    try session.run("--color", "sometimes", "group", "list")
    try check(session, "others")
  }

  @Test func `aor alone and every group show what there is`() throws {
    let session = try AorSession()
    for words in [[], ["provider"], ["account"], ["group"], ["route"], ["config"], ["model"]] {
      switch words.count {
      case 0: try session.run()
      default: try session.run(words[0])
      }
    }
    try session.run("logs", "--help")
    try session.run("provider", "add", "-h")
    try check(session, "help")
  }

  @Test func `presets`() throws {
    let session = try AorSession()
    try session.run("provider", "presets")
    try check(session, "presets")
  }
}
