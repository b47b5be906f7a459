import FlyingFox
import Foundation
import Literals

/// An answer that is there as a whole.
struct Answer: Sendable {
  let status: Int
  let type: String
  let body: Data

  /// The name under which a browser saves it instead of showing it, from `file(of:_:)`; `nil` to show it.
  let file: String?

  static func text(
    _ text: String, status: Int, type: String = "text/plain; charset=utf-8", savedAs file: String? = nil
  ) -> Answer {
    Answer(status: status, type: type, body: Data(text.utf8), file: file)
  }

  static func json(_ value: some Encodable) -> Answer {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return .text("a value that is no number", status: 500) }
    return Answer(status: 200, type: "application/json", body: data, file: nil)
  }

  /// A page that asks again until there is something to show.
  static func waiting(_ reason: String) -> Answer {
    let text = reason.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    return .text(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>run-hyper</title></head>
      <body><p>\(text)</p></body>
      </html>

      """, status: 200, type: "text/html; charset=utf-8")
  }

  /// - Parameter isHead: Whether only the headers are asked for.
  func response(isHead: Bool = false) -> HTTPResponse {
    var headers = AnswerHeaders.headers(type: type)
    headers[.contentLength] = "\(body.count)"
    if let file { headers[.contentDisposition] = "attachment; filename=\"\(file)\"" }
    return HTTPResponse(
      statusCode: HTTPStatusCode(status, phrase: Self.phrases[status] ?? ""), headers: HTTPHeaders(headers),
      body: isHead ? Data() : body)
  }

  /// A file's name of characters that mean nothing else in a header, or to a shell.
  ///
  /// - Parameter ending: What follows the study's name, which may be cut.
  static func file(of study: String, _ ending: String) -> String {
    (study.prefix(100) + ending).replacing(#/[^A-Za-z0-9._-]/#, with: "_")
  }

  private static let phrases = [
    200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    421: "Misdirected Request", 500: "Internal Server Error", 503: "Service Unavailable",
  ]
}
