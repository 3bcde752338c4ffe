import ArgumentParser
import Console
import Foundation

/// Where a command gets a token from.
///
/// Never from an argument: those are seen in `ps` and kept in shell histories.
struct SecretOptions: ParsableArguments {
  @Flag(name: .customLong("token-stdin"), help: "Read the token from standard input")
  var fromStandardInput = false
  @Option(
    name: .customLong("token-env"),
    help: ArgumentHelp("Read the token from this environment variable, once", valueName: "variable"))
  var environmentVariable: String?

  func validate() throws {
    if fromStandardInput, environmentVariable != nil {
      throw ValidationError("`--token-stdin` and `--token-env` exclude each other")
    }
  }

  /// Whether the command line says where the token is.
  var isGiven: Bool { fromStandardInput || environmentVariable != nil }

  /// Gets the token, asking for it when the command line does not say where it is.
  ///
  /// - Throws: `UserFacingError` of status 4 when there is none and nobody can be asked.
  func token(question: String, retry: String, in context: CommandContext) throws -> String {
    let raw: String
    if fromStandardInput {
      raw = try context.streams.input.readAll(limit: 64 * 1024)
    } else if let environmentVariable {
      guard let value = context.environment[environmentVariable], !value.isEmpty else {
        throw UserFacingError(
          "the environment variable is empty or not set: \(environmentVariable)", status: .needsCredential)
      }
      raw = value
    } else {
      guard context.prompt.isPossible else {
        throw UserFacingError(
          "a token is needed, and nobody can be asked for it", hints: [.run(retry)], status: .needsCredential)
      }
      raw = try context.prompt.secret(question)
    }
    return try Self.checked(raw)
  }

  /// The token without the white space around it; refuses what no header could carry.
  static func checked(_ raw: String) throws -> String {
    let token = raw.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !token.isEmpty else { throw UserFacingError("the token is empty", status: .needsCredential) }
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw UserFacingError(
        "the token holds a space, a line break or a character that is not ASCII: is it all of one key?")
    }
    return token
  }
}
