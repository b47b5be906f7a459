extension ChartPage {
  /// The page's program: drawing first, then what draws with it, and at the end the call that starts it.
  ///
  /// A live page calls `showStudy` with the JSON of a `StudyChart` each time that it fetched one.
  static let script =
    #""use strict";"# + elementScript + scaleScript + studyScript + plotScript + parallelScript + leaderboardScript
      + #"""

      showStudy(JSON.parse(document.getElementById("study-chart").textContent));

      """#
}
