import Wire

/// What a reader did not understand of one object, with the object itself.
///
/// The writer of the same dialect restores it, in the original member order; any other writer reports it as a loss.
public struct Extensions: Sendable {
  /// Behind a reference: nearly every message, part and tool has extensions, and is copied several times on its way.
  private final class Kept: Sendable {
    let dialect: DialectID
    let path: String
    let residue: ObjectResidue
    let nested: [Extensions]
    let repeated: Set<String>

    init(
      _ dialect: DialectID, _ path: String, _ residue: ObjectResidue, _ nested: [Extensions], _ repeated: Set<String>
    ) {
      self.dialect = dialect
      self.path = path
      self.residue = residue
      self.nested = nested
      self.repeated = repeated
    }
  }

  private var kept: Kept

  /// The protocol the object was read from.
  public var dialect: DialectID { kept.dialect }
  /// Where the object stood, as in `messages[2].content[0]`; empty at the top.
  public var path: String {
    get { kept.path }
    set { kept = Kept(dialect, newValue, residue, nested, repeated) }
  }
  /// The members nobody took, and the object they were members of.
  public var residue: ObjectResidue {
    get { kept.residue }
    set { kept = Kept(dialect, path, newValue, nested, repeated) }
  }
  /// What was not understood of the objects inside this one; each tells its place in its own `path`.
  public var nested: [Extensions] {
    get { kept.nested }
    set { kept = Kept(dialect, path, residue, newValue, repeated) }
  }
  /// Members that only say again what was asked or is told elsewhere: restored, but nowhere else missed.
  public var repeated: Set<String> {
    get { kept.repeated }
    set { kept = Kept(dialect, path, residue, nested, newValue) }
  }

  /// Keeps what `reader` has not taken so far.
  public init(_ dialect: DialectID, path: String, _ reader: ObjectReader, nested: [Extensions] = []) {
    kept = Kept(dialect, path, reader.residue, nested, [])
  }

  /// Whether all of the object, and of those inside it that were kept, was understood.
  public var holdsNothing: Bool { kept.residue.isEmpty && kept.nested.allSatisfy(\.holdsNothing) }

  /// The object as the client or upstream wrote it.
  public var source: JSON { residue.source }

  /// The extensions of an inner object; `name` is what stands behind this object's path, as in `functionCall`.
  public func nested(_ name: String) -> Extensions? {
    let wanted = path.isEmpty ? name : path + "." + name
    return nested.first { $0.path == wanted }
  }
}

extension Optional<Extensions> {
  /// The extensions if they are that dialect's own.
  public func own(_ dialect: DialectID) -> Extensions? {
    guard let self, self.dialect == dialect else { return nil }
    return self
  }

  /// The original object if it is that dialect's own: tells a writer which of several spellings was used.
  public func source(_ dialect: DialectID) -> JSON? { own(dialect)?.source }
}

extension JSONWriter {
  /// Writes an object and restores into it what `extensions` kept.
  ///
  /// Unknown members come back, and members stand in their original order, new ones behind. Pass nil to write `body` as
  /// it is.
  public mutating func object(restoring extensions: Extensions?, _ body: (inout JSONWriter) -> Void) {
    guard let extensions else { return object(body) }
    let written = JSON { $0.object(body) }
    object { writer in
      var position = 0
      var restored: Set<String> = []
      for member in extensions.source.members {
        let key = member.key
        if let value = written[name: key] {
          if restored.insert(key).inserted {
            writer.key(named: key)
            writer.value(value)
          }
        } else if !extensions.residue.isTaken(at: position) {
          writer.key(named: key)
          writer.value(member.value)
        }
        position += 1
      }
      for member in written.members where !restored.contains(member.key) {
        writer.key(named: member.key)
        writer.value(member.value)
      }
    }
  }

  /// As `object(restoring:_:)`, under a member name.
  public mutating func object(
    _ name: StaticString, restoring extensions: Extensions?, _ body: (inout JSONWriter) -> Void
  ) {
    key(name)
    object(restoring: extensions, body)
  }
}
