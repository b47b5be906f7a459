showStudy(JSON.parse(document.getElementById("study-chart").textContent));
