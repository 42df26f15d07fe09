autocmd BufRead,BufNewFile *.acme set filetype=acmespec
