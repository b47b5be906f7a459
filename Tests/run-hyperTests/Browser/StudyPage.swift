import Foundation
import Testing

/// The page of a study in the browser, read and used as a person does.
struct StudyPage {
  let browser: Browser

  /// The charts in which one trial can be marked.
  static let charts = ["history", "curves", "cost", "parallel", "slices", "timeline"]

  /// Opens the page that is in a file, as a fresh one.
  ///
  /// - Parameter height: Charts are drawn when they come near to the view: with this height all of them are.
  init(file: URL, fragment: String = "", width: Int = 1280, height: Int = 6000) throws {
    browser = try Browser.fresh()
    try browser.resize(width: width, height: height)
    try browser.open(file: file, fragment: fragment)
    try waitForCharts()
  }

  /// Opens a page that a server has.
  init(address: String) throws {
    browser = try Browser.fresh()
    try browser.resize(width: 1280, height: 6000)
    try browser.open(address)
    try browser.wait(until: "the page shows a study", "return document.querySelector('h1').textContent !== ''")
  }

  /// Waits until all charts are drawn that are to be seen.
  func waitForCharts() throws {
    try browser.wait(
      until: "all charts are drawn",
      """
      const all = [...document.querySelectorAll("#charts > section:not([hidden]) .drawing")];
      const isNear = node => node.getBoundingClientRect().top < innerHeight;
      return all.length > 0 && all.filter(isNear).every(node => node.childElementCount > 0);
      """)
  }

  /// Waits until the page and all charts that are to be seen have the colors of a screen.
  ///
  /// Marks that show a score or an order have a mixture of two colors, which is set when their chart is drawn.
  func waitForColors(of scheme: Browser.Scheme) throws {
    try browser.wait(
      until: "the page is \(scheme)",
      """
      const style = getComputedStyle(document.documentElement);
      const probe = document.createElement("i").style;
      const colors = ["high", "late"].map(name => {
        probe.color = style.getPropertyValue(`--${name}`);
        return probe.color;
      });
      const mixed = [...document.querySelectorAll("#charts > section:not([hidden]) .drawing [style*=color-mix]")]
        .filter(node => node.closest(".drawing").getBoundingClientRect().top < innerHeight);
      return style.colorScheme === arguments[0] && mixed.length > 0
        && mixed.every(node => colors.some(color => node.getAttribute("style").includes(color)));
      """, scheme.rawValue)
  }

  /// The text of an element, or "" if nobody can see it.
  func text(_ selector: String) throws -> String {
    try browser.value(
      """
      const node = document.querySelector(arguments[0]);
      return node && node.getClientRects().length > 0 ? node.innerText : "";
      """, selector)
  }

  func texts(_ selector: String) throws -> [String] {
    try browser.value(
      """
      return [...document.querySelectorAll(arguments[0])].filter(node => node.getClientRects().length > 0)
        .map(node => node.innerText);
      """, selector)
  }

  /// The trials in the rows of the leaderboard, from above.
  var rows: [Int] {
    get throws {
      try browser.value(
        "return [...document.querySelectorAll('tr[data-number]')].map(row => Number(row.dataset.number))")
    }
  }

  /// What is said beside the pointer.
  var tooltip: String { get throws { try text("#tooltip") } }

  /// What is drawn in a chart.
  func drawing(_ chart: String) throws -> String {
    try browser.value("return document.querySelector(`#section-${arguments[0]} .drawing`).innerHTML", chart)
  }

  // MARK: - Trials

  /// What marks a trial in a chart.
  private static let mark = #".overlay path:not([d=""])"#

  private static let place = """
    const [number, id] = arguments;
    document.activeElement?.blur();
    document.querySelector(`tr[data-number="${number}"]`)?.focus({ preventScroll: true });
    const path = [...document.querySelectorAll(`#section-${id} \(mark)`)].at(-1);
    if (!path) return null;
    const { x, y } = path.getPointAtLength(0).matrixTransform(path.getScreenCTM());
    document.activeElement.blur();
    return { x, y };
    """

  /// Where a chart shows a trial: where it marks the trial when the trial's row has the focus.
  func place(of trial: Int, in chart: String) throws -> Browser.Place {
    let place: Browser.Place? = try browser.value(Self.place, trial, chart)
    return try #require(place, "\(chart) does not mark trial \(trial)")
  }

  /// Waits until a trial, and no other, is marked in the leaderboard and in all charts.
  func waitForMark(of trial: Int, in charts: [String] = Self.charts) throws {
    try browser.wait(
      until: "trial \(trial) is marked in \(charts.joined(separator: ", "))",
      """
      const [number, ids] = arguments;
      const rows = [...document.querySelectorAll("tr.marked")];
      return rows.length === 1 && Number(rows[0].dataset.number) === number
        && ids.every(id => document.querySelector(`#section-${id} \(Self.mark)`));
      """, trial, charts)
  }

  func waitForNoMark() throws {
    try browser.wait(until: "nothing is marked", "return !document.querySelector('tr.marked, \(Self.mark)')")
  }

  // MARK: - Selecting

  /// Waits until the page says how many trials are selected, and shows their rows.
  func waitForSelection(of count: Int, among all: Int) throws {
    try browser.wait(
      until: "\(count) of \(all) trials are selected",
      """
      const [count, all] = arguments;
      const rows = document.querySelectorAll("tr[data-number]").length;
      return rows === count && document.getElementById("selected").innerText === `${count} of ${all} trials selected`;
      """, count, all)
  }

  /// JavaScript for the part of an axis that can be selected.
  static func axis(_ name: String) -> String { #"document.querySelector('[aria-label="Selected part of \#(name)"]')"# }

  /// JavaScript for the first element of a kind that has a text.
  static func element(_ selector: String, saying text: String) -> String {
    "[...document.querySelectorAll('\(selector)')].find(node => node.innerText.trim().startsWith('\(text)'))"
  }
}
