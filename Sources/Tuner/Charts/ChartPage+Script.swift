extension ChartPage {
  /// The page's program: drawing functions, the charts that use them, and finally the call that starts it.
  ///
  /// A live page would call `showStudy` with the JSON of a `StudyChart` every time it has fetched one.
  static let script =
    #""use strict";"# + elementScript + scaleScript + studyScript + plotScript + parallelScript + leaderboardScript
      + #"""

      showStudy(JSON.parse(document.getElementById("study-chart").textContent));

      """#
}
