/// Every environment variable aor reads, once.
public enum EnvironmentVariable: String, Sendable, CaseIterable {
  case home = "AOR_HOME"
  case secretKeyFile = "AOR_SECRET_KEY_FILE"
  case noPrompt = "AOR_NO_PROMPT"
  case noProgress = "AOR_NO_PROGRESS"
  case aorPager = "AOR_PAGER"
  case forceTTY = "AOR_FORCE_TTY"
  case xdgDataHome = "XDG_DATA_HOME"
  case xdgRuntimeDirectory = "XDG_RUNTIME_DIR"
  case userHome = "HOME"
  case path = "PATH"
  case pager = "PAGER"
  case less = "LESS"
  case columns = "COLUMNS"
  case term = "TERM"
  case noColor = "NO_COLOR"
  case cliColor = "CLICOLOR"
  case cliColorForce = "CLICOLOR_FORCE"
  case httpsProxy = "HTTPS_PROXY"
  case httpProxy = "HTTP_PROXY"
  case allProxy = "ALL_PROXY"
  case noProxy = "NO_PROXY"

  /// What it does, one sentence.
  public var summary: String {
    switch self {
    case .home: "Directory for everything aor keeps; overrides the XDG directories"
    case .secretKeyFile:
      "File with the key that stored tokens are encrypted with, instead of `secret.key` beside the database"
    case .noPrompt: "Set to anything but `0`: never ask, fail instead"
    case .noProgress: "Set to anything but `0`: show no progress lines"
    case .aorPager: "Program that shows long text; empty or `cat` for none"
    case .forceTTY: "Treat all streams as terminals, of this many columns if it is a number; for tests"
    case .xdgDataHome: "Where databases and the key file are kept, under `aor/`; default `~/.local/share`"
    case .xdgRuntimeDirectory:
      "Where running gateways keep their sockets, under `aor/`; default `run/` in the data directory"
    case .userHome: "Home directory the defaults are under"
    case .path: "Where `aor-<name>` programs are looked for"
    case .pager: "Like `AOR_PAGER`, for all programs"
    case .less: "Options of `less`; `FRX` when unset"
    case .columns: "Width to assume where the terminal does not tell its own"
    case .term: "`dumb` switches colour off"
    case .noColor: "Set to anything: no colour"
    case .cliColor: "`0`: no colour"
    case .cliColorForce: "Set to anything but `0`: colour also where there is no terminal"
    case .httpsProxy: "Proxy for `https` upstreams, where the settings name none"
    case .httpProxy: "Proxy for `http` upstreams, where the settings name none"
    case .allProxy: "Proxy for all upstreams without a more specific one"
    case .noProxy: "Hosts that are called directly; loopback always is"
    }
  }

  /// Whether it is ours rather than a convention of many programs.
  public var isOurs: Bool { rawValue.hasPrefix("AOR_") }
}

extension [String: String] {
  /// The value of a variable; nil when unset.
  subscript(variable: EnvironmentVariable) -> String? { self[variable.rawValue] }

  /// Whether a switch is on: set, and neither empty nor `0`.
  func isOn(_ variable: EnvironmentVariable) -> Bool {
    self[variable].map { !$0.isEmpty && $0 != "0" } ?? false
  }
}
