import Foundation
import Testing

/// A window of a headless Chromium, which a test looks into and acts on as a user does.
///
/// All tests share one, in which one page is open at a time.
final class Browser: Sendable {
  private static let started = Result { try Browser() }

  private let driver: ChromeDriver
  private let session: String

  private struct Session: Decodable { let sessionId: String }

  private init() throws {
    driver = try ChromeDriver.shared
    let arguments = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-device-scale-factor=1",
      "--hide-scrollbars", "--window-size=1280,900", "--lang=en-US",
    ]
    let capabilities: [String: Any] = [
      "browserName": "chrome", "goog:loggingPrefs": ["browser": "ALL"],
      "goog:chromeOptions": ["binary": ChromeDriver.browser ?? "", "args": arguments],
      "timeouts": ["script": 600_000, "pageLoad": 600_000, "implicit": 0],
    ]
    let begun: Session = try driver.send("POST", "/session", ["capabilities": ["alwaysMatch": capabilities]])
    session = begun.sessionId
  }

  /// The browser, with nothing left of earlier tests: an empty page of 1280 by 900 pixels, in light colors.
  static func fresh() throws -> Browser {
    let browser = try started.get()
    try browser.open("about:blank")
    _ = try browser.messages()
    try browser.resize(width: 1280, height: 900)
    try browser.show(in: .light)
    return browser
  }

  private func send<Value: Decodable>(_ method: String, _ path: String, _ body: [String: Any] = [:]) throws -> Value {
    try driver.send(method, "/session/\(session)/\(path)", body)
  }

  func order(_ path: String, _ body: [String: Any]) throws { let _: Nothing = try send("POST", path, body) }

  /// Any value, which nobody reads.
  private struct Nothing: Decodable {
    init(from decoder: any Decoder) {}
  }

  private func command(_ name: String, _ parameters: [String: Any]) throws {
    try order("goog/cdp/execute", ["cmd": name, "params": parameters])
  }

  // MARK: - The page

  func open(_ address: String) throws { try order("url", ["url": address]) }

  func open(file: URL, fragment: String = "") throws { try open(file.absoluteString + fragment) }

  func reload() throws { try order("refresh", [:]) }

  /// The size of the page's view, in pixels.
  func resize(width: Int, height: Int) throws {
    try command(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
  }

  enum Scheme: String, CaseIterable, Sendable { case light, dark }

  func show(in scheme: Scheme) throws {
    try command(
      "Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme.rawValue]]])
  }

  /// Makes the browser say that fingers point at it.
  func show(touch: Bool) throws { try command("Emulation.setTouchEmulationEnabled", ["enabled": touch]) }

  /// What a script gives back.
  ///
  /// - Parameter arguments: JSON, which the script finds in `arguments`.
  func value<Value: Decodable>(_ script: String, _ arguments: Any...) throws -> Value {
    try send("POST", "execute/sync", ["script": script, "args": arguments])
  }

  /// What a script hands to the function that is the last of its `arguments`.
  func later<Value: Decodable>(_ script: String, _ arguments: Any...) throws -> Value {
    try send("POST", "execute/async", ["script": script, "args": arguments])
  }

  func run(_ script: String, _ arguments: Any...) throws {
    try order("execute/sync", ["script": script, "args": arguments])
  }

  /// Waits until a script gives back something that counts as true; only a page that never gets there fails the test.
  func wait(until what: String, _ script: String, _ arguments: Any...) throws {
    let end = ContinuousClock.now + .seconds(300)
    while try !(send("POST", "execute/sync", ["script": "return !!(() => {\(script)})()", "args": arguments]) as Bool) {
      guard ContinuousClock.now < end else {
        let text: String = try value("return document.body.innerText.slice(0, 3000)")
        throw BrowserFailure(description: "never came: \(what)\n\(try messages())\n\(text)")
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  private struct Message: Decodable {
    let level: String
    let message: String
  }

  /// Errors and warnings of the console since the last call.
  func messages() throws -> [String] {
    let messages: [Message] = try send("POST", "se/log", ["type": "browser"])
    return messages.filter { ["SEVERE", "WARNING"].contains($0.level) }.map(\.message)
  }
}
