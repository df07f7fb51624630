/*
 * miscadmin.h
 *	  How many processes there can be.
 */
#ifndef MISCADMIN_H
#define MISCADMIN_H

extern int MaxBackends;

#endif /* MISCADMIN_H */
