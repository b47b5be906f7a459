/// How long the owner of a trial on another host may give no sign of life before its trials are taken over.
public struct Silence: Sendable, Equatable, CustomStringConvertible {
  public let limit: Duration

  /// What shows that it lives: `a heartbeat` or `a connection`.
  public let sign: String

  /// The limit in seconds.
  public var seconds: Int { Int(limit / .seconds(1)) }

  /// The silence in words: `120 s without a heartbeat`.
  public var description: String { "\(seconds) s without \(sign)" }
}
