;;;; Carries out steps on real socket streams of CLISP, for the other program that plays the peers and compares.
;;;;
;;;; A request is one form on standard input: (OPERATION KEY VALUE ...). Texts come as (:s CODE ...), lists as (:a ITEM ...),
;;;; records as (:o KEY VALUE ...), so that no character on the way can be touched by line ends or encodings. A reply is one
;;;; line of JSON: {"name": value, ...}, or {"error": kind, ...}. Objects have names, which the request gives.

(defpackage :runner (:use :common-lisp))
(in-package :runner)

(defvar *objects* (make-hash-table :test 'equal))

;;; ---- requests ----

(defun decode (value)
  (if (atom value)
      value
      (ecase (first value)
        (:s (map 'string #'code-char (rest value)))
        (:a (mapcar #'decode (rest value)))
        (:o (loop for (key item) on (rest value) by #'cddr collect key collect (decode item))))))

(define-condition no-object (error) ())

(defun object-named (name)
  (or (gethash name *objects*) (error 'no-object)))

(defun keyword-of (text)
  (intern (string-upcase text) :keyword))

(defun element-type-of (text)
  (if (find #\Space text)
      (read-from-string (concatenate 'string "(cl:" text ")"))
      (intern (string-upcase text) :common-lisp)))

(defun charset-of (name)
  (let ((symbol (find-symbol (string-upcase name) "CHARSET")))
    (if symbol (symbol-value symbol) name)))

(defun action-of (text)
  (cond ((string= text "error") :error)
        ((string= text "ignore") :ignore)
        (t (char text 0))))

(defun format-of (record)
  (ext:make-encoding :charset (charset-of (getf record :encoding "utf-8"))
                     :line-terminator (keyword-of (getf record :line_terminator "unix"))
                     :input-error-action (action-of (getf record :input_error "error"))
                     :output-error-action (action-of (getf record :output_error "error"))))

(defun buffered-of (value)
  (if (stringp value) :default value))

;;; ---- replies ----

(defun json-text (text stream)
  (write-char #\" stream)
  (loop for char across text
        for code = (char-code char)
        do (cond ((< code #x20) (format stream "\\u~4,'0X" code))
                 ((find char "\"\\") (format stream "\\~C" char))
                 ((< code #x7F) (write-char char stream))
                 ((< code #x10000) (format stream "\\u~4,'0X" code))
                 (t (format stream "\\u~4,'0X\\u~4,'0X" (+ #xD800 (ash (- code #x10000) -10))
                            (+ #xDC00 (logand (- code #x10000) #x3FF))))))
  (write-char #\" stream))

(defun json-list (items stream)
  (write-char #\[ stream)
  (loop for (item . more) on items
        do (json item stream)
           (when more (write-char #\, stream)))
  (write-char #\] stream))

(defun json-record (members stream)
  (write-char #\{ stream)
  (loop for (name value . more) on members by #'cddr
        do (json-text (substitute #\_ #\- (string-downcase name)) stream)
           (write-char #\: stream)
           (json value stream)
           (when more (write-char #\, stream)))
  (write-char #\} stream))

(defun json (value stream)
  (cond ((eq value :null) (write-string "null" stream))
        ((eq value :true) (write-string "true" stream))
        ((eq value :false) (write-string "false" stream))
        ((symbolp value) (json-text (string-downcase value) stream))
        ((stringp value) (json-text value stream))
        ((integerp value) (format stream "~D" value))
        ((realp value) (format stream "~F" (coerce value 'double-float)))
        ((eq (first value) :list) (json-list (rest value) stream))
        (t (json-record value stream))))

(defun truth (value) (if value :true :false))
(defun or-null (value) (cond ((null value) :null) ((eq value t) :true) (t value)))

;;; ---- operations ----

(defvar *operations* (make-hash-table))

(defmacro define-operation (name (&rest keys) &body body)
  `(setf (gethash ,name *operations*) (lambda (&key ,@keys &allow-other-keys) ,@body)))

(defmacro define-stream-operation (name (stream &rest keys) &body body)
  `(define-operation ,name ((,stream "s") ,@keys)
     (let ((,stream (object-named ,stream))) ,@body)))

(defun done (&rest values)
  (declare (ignore values))
  '(:done :true))

(defun stream-arguments (element_type external_format buffered)
  (list :element-type (element-type-of element_type) :external-format (format-of external_format)
        :buffered (buffered-of buffered)))

(define-operation :socket-server ((as "v") (port 0) (interface "127.0.0.1") interface_of (backlog 1))
  (let* ((address (if interface_of (object-named interface_of) interface))
         (server (socket:socket-server port :interface address :backlog backlog)))
    (setf (gethash as *objects*) server)
    (list :host (socket:socket-server-host server) :port (socket:socket-server-port server))))

(define-operation :socket-server-close ((server "v")) (done (socket:socket-server-close (object-named server))))
(define-operation :socket-server-host ((server "v")) (list :host (socket:socket-server-host (object-named server))))
(define-operation :socket-server-port ((server "v")) (list :port (socket:socket-server-port (object-named server))))

(define-operation :socket-wait ((server "v") timeout)
  (list :value (truth (socket:socket-wait (object-named server) timeout))))

(define-operation :socket-accept
    ((as "s") (server "v") (element_type "character") external_format (buffered "default") timeout)
  (setf (gethash as *objects*)
        (apply #'socket:socket-accept (object-named server) :timeout timeout
               (stream-arguments element_type external_format buffered)))
  (done))

(define-operation :socket-connect
    ((as "s") port (host "127.0.0.1") (element_type "character") external_format (buffered "default") (timeout 5))
  (setf (gethash as *objects*)
        (apply #'socket:socket-connect port host :timeout timeout (stream-arguments element_type external_format buffered)))
  (done))

(defun designator (item)
  (let ((object (object-named (if (consp item) (getf item :of) item))))
    (if (typep object 'stream)
        (cons object (keyword-of (if (consp item) (getf item :direction "io") "io")))
        object)))

;;; A server in a list has a direction only in the form (server direction), which stores its answer.
(defun listed (item)
  (let ((designator (designator item)))
    (if (and (consp item) (not (consp designator)))
        (list designator (keyword-of (getf item :direction "io")))
        designator)))

(defun plain-status (answer)
  (or-null (if (consp answer) (cddr answer) answer)))

(define-operation :socket-status ((of "s") direction timeout)
  (multiple-value-bind (status count)
      (socket:socket-status (cond ((and (consp of) (not (keywordp (first of)))) (mapcar #'listed of))
                                  ((consp of) (designator of))
                                  (t (designator (list :of of :direction (or direction "io")))))
                            timeout)
    (list :status (if (listp status) (if status (cons :list (mapcar #'plain-status status)) :null) (or-null status))
          :count count)))

(define-stream-operation :socket-stream-host (stream) (list :host (socket:socket-stream-host stream)))
(define-stream-operation :socket-stream-port (stream) (list :port (socket:socket-stream-port stream)))

(defun endpoint (host port) (list :host host :port port))

(define-stream-operation :socket-stream-peer (stream do_not_resolve)
  (multiple-value-call #'endpoint (socket:socket-stream-peer stream do_not_resolve)))
(define-stream-operation :socket-stream-local (stream do_not_resolve)
  (multiple-value-call #'endpoint (socket:socket-stream-local stream do_not_resolve)))

(define-stream-operation :socket-stream-shutdown (stream direction)
  (done (socket:socket-stream-shutdown stream (keyword-of direction))))

(defun option-arguments (options)
  (loop for option in options
        if (consp option) collect (keyword-of (first option)) and collect (second option)
        else collect (keyword-of option)))

;;; Which options are switches, for the others have a value that may be NIL.
(defparameter *switches*
  '(:so-debug :so-acceptconn :so-broadcast :so-reuseaddr :so-dontroute :so-keepalive :so-error :so-oobinline))

(define-operation :socket-options ((of "s") options)
  (list :values
        (cons :list (loop for option in options
                          for name = (keyword-of (if (consp option) (first option) option))
                          for value in (multiple-value-list
                                        (apply #'socket:socket-options (object-named of) (option-arguments options)))
                          collect (if (member name *switches*) (truth value) (or-null value))))))

;;; ---- input ----

(defmacro with-end ((value form) &body body)
  `(let ((,value ,form)) (if (eq ,value :end) '(:end :true) (progn ,@body))))

(define-stream-operation :read-line (stream)
  (multiple-value-bind (line missing) (read-line stream nil :end)
    (if (eq line :end) '(:end :true) (list :line line :missing_newline (truth missing)))))

(define-stream-operation :read-char (stream)
  (with-end (char (read-char stream nil :end)) (list :char (string char))))
(define-stream-operation :peek-char (stream)
  (with-end (char (peek-char nil stream nil :end)) (list :char (string char))))
(define-stream-operation :read-char-no-hang (stream)
  (with-end (char (read-char-no-hang stream nil :end)) (list :char (if char (string char) :null))))
(define-stream-operation :unread-char (stream char) (done (unread-char (char char 0) stream)))

(define-stream-operation :read-char-sequence (stream length)
  (let ((text (make-string length)))
    (list :text (subseq text 0 (ext:read-char-sequence text stream)))))

(define-stream-operation :read-byte (stream)
  (with-end (byte (read-byte stream nil :end)) (list :byte byte)))
(define-stream-operation :read-byte-no-hang (stream)
  (with-end (byte (ext:read-byte-no-hang stream nil :end)) (list :byte (or-null byte))))

(define-stream-operation :read-byte-sequence (stream length (mode "all"))
  (let* ((vector (make-array length))
         (end (ext:read-byte-sequence vector stream :no-hang (string= mode "no-hang")
                                                    :interactive (string= mode "interactive"))))
    (list :elements (cons :list (coerce (subseq vector 0 end) 'list)))))

(define-stream-operation :listen (stream) (list :value (truth (listen stream))))
(define-stream-operation :clear-input (stream) (done (clear-input stream)))

;;; ---- output ----

(define-stream-operation :write-char (stream char) (done (write-char (char char 0) stream)))
(define-stream-operation :write-string (stream string) (done (write-string string stream)))
(define-stream-operation :write-line (stream string) (done (write-line string stream)))
(define-stream-operation :terpri (stream) (done (terpri stream)))
(define-stream-operation :fresh-line (stream) (list :value (truth (fresh-line stream))))
(define-stream-operation :write-byte (stream byte) (done (write-byte byte stream)))
(define-stream-operation :write-byte-sequence (stream elements (mode "all"))
  (list :written (nth-value 1 (ext:write-byte-sequence (coerce elements 'vector) stream
                                                       :no-hang (string= mode "no-hang")
                                                       :interactive (string= mode "interactive")))))
(define-stream-operation :force-output (stream) (done (force-output stream)))
(define-stream-operation :finish-output (stream) (done (finish-output stream)))
(define-stream-operation :clear-output (stream) (done (clear-output stream)))

;;; ---- attributes ----

(defun element-type-text (type)
  (if (consp type) (format nil "~(~A~) ~D" (first type) (second type)) (format nil "~(~A~)" type)))

(define-stream-operation :stream-element-type (stream set)
  (when set (setf (stream-element-type stream) (element-type-of set)))
  (list :element_type (element-type-text (stream-element-type stream))))

(define-stream-operation :stream-external-format (stream set)
  (when set (setf (stream-external-format stream) (format-of set)))
  (let ((format (stream-external-format stream)))
    (list :line_terminator (ext:encoding-line-terminator format))))

(define-stream-operation :input-stream-p (stream) (list :value (truth (input-stream-p stream))))
(define-stream-operation :output-stream-p (stream) (list :value (truth (output-stream-p stream))))
(define-stream-operation :open-stream-p (stream) (list :value (truth (open-stream-p stream))))

(define-stream-operation :stream-handles (stream)
  (multiple-value-bind (input output) (ext:stream-handles stream)
    (list :input (truth input) :output (truth output))))

(define-operation :close ((of "s") abort)
  (let ((object (object-named of)))
    (if (typep object 'stream) (close object :abort abort) (socket:socket-server-close object))
    (done)))

;;; Ends a case: its objects go, and nobody waits for a peer that has gone already.
(define-operation :forget-all ()
  (loop for object being each hash-value of *objects*
        do (ignore-errors (if (typep object 'stream) (close object :abort t) (socket:socket-server-close object))))
  (clrhash *objects*)
  (list :forgotten :true))

;;; ---- the loop ----

(defun error-reply (condition)
  (flet ((reply (kind &rest more) (list* :error kind more)))
    (typecase condition
      (no-object (reply "no-object"))
      (ext:os-error
       (let ((code (ext:os-error-code condition)))
         (if (eq code :etimedout) (reply "timeout") (reply "os" :errno (format nil "~A" code)))))
      (end-of-file (reply "end-of-file"))
      (system::charset-type-error (reply "encoding"))
      (t (reply "refused" :detail (substitute #\Space #\Newline (format nil "~A" condition)))))))

(defun carry-out (operation arguments)
  (let ((function (gethash operation *operations*)))
    (if (null function)
        (list :error "unknown-operation")
        (handler-case (apply function arguments)
          (error (condition) (error-reply condition))))))

(loop for request = (read *standard-input* nil nil)
      while request
      do (json (carry-out (first request) (loop for (key value) on (rest request) by #'cddr collect key collect (decode value)))
               *standard-output*)
         (terpri *standard-output*)
         (finish-output *standard-output*))
