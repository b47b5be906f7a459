import Crypto
import Foundation

/// The page that draws a `StudyChart`: one HTML file that needs only a browser.
public enum ChartPage {
  /// The page of a study, for `--display_file`: no dates, and no path but that of a dataset in a trial's command, so
  /// the same study gives the same bytes.
  ///
  /// Its first chart is the one that RecBole 1.2.1 writes: the trials' scores in order, a trial's parameters
  /// on hover, the title `hyperparams_tuning` with the legend `BERT4Rec tuning process` (`HyperTuning.plot_hyper` in
  /// `recbole/trainer/hyper_tuning.py`). The chart has that title for screen readers; the page has the study's name, as
  /// every study's page would have the same title otherwise.
  public static func html(of chart: StudyChart) -> String { html(ofJSON: chart.json) }

  /// The page of a study, or the page that follows it while it runs.
  ///
  /// - Parameter json: The JSON of a `StudyChart`.
  /// - Parameter live: What the page of a server shows beside it, as JSON; `nil` for a file.
  package static func html(ofJSON json: String, live: String? = nil) -> String {
    let live = live.map { "\n<script type=\"application/json\" id=\"study-live\">\(inScriptElement($0))</script>" }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(contentSecurityPolicy(isLive: live != nil))">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>run-hyper</title>
      <style>\(style)</style>
      </head>
      <body>
      \(body)
      <script type="application/json" id="study-chart">\(inScriptElement(json))</script>\(live ?? "")
      <script>\(script)</script>
      </body>
      </html>

      """
  }

  /// Allows only the page's own style and script, identified by their hashes: even if something got past the
  /// escaping below, it could neither run nor load anything.
  ///
  /// - Parameter isLive: Whether the page may ask the server that it is from.
  package static func contentSecurityPolicy(isLive: Bool) -> String {
    func source(_ text: String) -> String {
      "'sha256-\(Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString())'"
    }
    return "default-src 'none'; script-src \(source(script)); style-src \(source(style)); "
      + (isLive ? "connect-src 'self'; " : "") + "base-uri 'none'; form-action 'none'"
  }

  /// The JSON with characters escaped that could open or end markup, which occur only in its strings.
  ///
  /// U+2028 and U+2029 ended lines in scripts before ECMAScript 2019.
  private static func inScriptElement(_ json: String) -> String {
    var result = ""
    for scalar in json.unicodeScalars {
      switch scalar {
      case "<", ">", "&": result += "\\u00\(String(scalar.value, radix: 16))"
      case "\u{2028}", "\u{2029}": result += "\\u\(String(scalar.value, radix: 16))"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
