# Draws one figure in all formats: starting gnuplot takes as long as drawing most of them.
# Run as  gnuplot -d -c formats.gp SCRIPT STYLE FIGURE ALSO FORGET  from the folder of the data files;
# writes ../FIGURE.svg, .pdf and .png. Each time SCRIPT is called as plots/style.gp says, and finds neither
# settings nor variables of the time before. FORGET is forget.gp's path.

call ARG1 'svg' '../' . ARG3 . '.svg' ARG2 ARG3 ARG4
unset output
reset
call ARG5
call ARG1 'pdf' '../' . ARG3 . '.pdf' ARG2 ARG3 ARG4
unset output
reset
call ARG5
call ARG1 'png' '../' . ARG3 . '.png' ARG2 ARG3 ARG4
unset output
