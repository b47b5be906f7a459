import FlyingFox
import Tuner

/// The headers of every answer.
enum AnswerHeaders {
  /// - Parameter type: The answer's media type.
  static func headers(type: String) -> [HTTPHeader: String] {
    [
      .contentType: type,
      // A connection is for one request.
      .connection: "close",
      HTTPHeader("Content-Security-Policy"): contentSecurityPolicy,
      // The address has the token in it.
      HTTPHeader("Referrer-Policy"): "no-referrer",
      HTTPHeader("X-Content-Type-Options"): "nosniff",
      HTTPHeader("Cache-Control"): "no-store",
      HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
      HTTPHeader("Cross-Origin-Opener-Policy"): "same-origin",
    ]
  }

  private static let contentSecurityPolicy =
    ChartPage.contentSecurityPolicy(isLive: true) + "; frame-ancestors 'none'"
}
