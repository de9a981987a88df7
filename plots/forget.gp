# Takes every variable away, so that the next script finds none. To be called: the caller's ARG1 to ARG9 come
# back. `reset session` would read a gnuplotrc.

undefine A* B* C* D* E* F* G* H* I* J* K* L* M* N* O* P* Q* R* S* T* U* V* W* X* Y* Z* \
    a* b* c* d* e* f* g* h* i* j* k* l* m* n* o* p* q* r* s* t* u* v* w* x* y* z*
