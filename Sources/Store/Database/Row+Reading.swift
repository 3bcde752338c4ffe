import Foundation
import GRDB

/// Reads that throw where GRDB's own subscripts would end the process: a row may have been changed by another program.
extension Row {
  func required<Value: DatabaseValueConvertible>(_ column: String, of what: String) throws -> Value {
    guard let value: Value = try optional(column, of: what) else {
      throw StoreError.unreadableRow(what, detail: "\(column) is missing")
    }
    return value
  }

  func optional<Value: DatabaseValueConvertible>(_ column: String, of what: String) throws -> Value? {
    let stored: DatabaseValue = self[column]
    if stored.isNull { return nil }
    guard let value = Value.fromDatabaseValue(stored) else {
      throw StoreError.unreadableRow(what, detail: "\(column) has the wrong type")
    }
    return value
  }

  /// Decodes a column of JSON.
  func json<Value: Decodable>(_ column: String, as type: Value.Type, of what: String) throws -> Value {
    let text: String = try required(column, of: what)
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw StoreError.unreadableRow(what, detail: "\(column) cannot be read")
    }
  }
}

/// Writes a value as compact JSON with sorted keys, for a column.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
